"""DMARC as RFC 9989 has it: the tree walk, the policy that holds, organizational domains. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

#: labels from which the walk goes on by one (RFC 9989 §4.10)
_LABELS = 7
POLICIES = ("none", "quarantine", "reject")
KNOWN = frozenset(["v", "p", "sp", "np", "adkim", "aspf", "rua", "ruf", "fo", "psd", "t"])
#: tags that RFC 7489 had and RFC 9989 has not
REMOVED = ("pct", "rf", "ri")

#: the TXT records of a name
Txt = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One DMARC record."""

    #: under whose ``_dmarc`` it stands
    domain: str
    text: str
    tags: Mapping[str, str]

    def tag(self, name: str, default: str = "") -> str:
        """A tag's value in lower case."""
        return self.tags.get(name, default).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What receivers find for mail from a domain."""

    #: None: nothing; no receiver knows what its owner wants
    record: Record | None
    #: the domain's own organizational domain, to which alignment is relaxed
    organization: str
    #: domains on the way with several records: all of them are ignored
    crowded: tuple[str, ...] = ()
    walked: tuple[str, ...] = field(default=())


def walk(domain: str) -> Iterator[str]:
    """The domains that are asked, in order: the domain, then its parents; eight at the most."""
    labels = domain.lower().rstrip(".").split(".")
    yield ".".join(labels)
    start = 1 if len(labels) <= _LABELS else len(labels) - _LABELS
    for at in range(start, len(labels)):
        yield ".".join(labels[at:])


def find(domain: str, txt: Txt) -> Policy:
    """The policy that holds for mail from ``domain``."""
    domain = domain.lower().rstrip(".")
    records: dict[str, Record] = {}
    crowded, walked = [], []
    for name in walk(domain):
        walked.append(name)
        told = [one for one in txt(f"_dmarc.{name}") if is_record(one)]
        if len(told) > 1:
            crowded.append(name)
        if len(told) != 1:
            continue
        records[name] = parse(name, told[0])
        if records[name].tag("psd") in {"y", "n"}:
            break
    organization = _organization(domain, records)
    return Policy(
        record=records.get(domain) or records.get(organization) or _registry(records),
        organization=organization,
        crowded=tuple(crowded),
        walked=tuple(walked),
    )


def _organization(domain: str, records: Mapping[str, Record]) -> str:
    """RFC 9989 §4.10.2."""
    for name, record in records.items():
        if record.tag("psd") == "n":
            return name
        if record.tag("psd") == "y" and name != domain:
            below = domain.removesuffix(f".{name}").rpartition(".")[2]
            return f"{below}.{name}"
    # The walk goes upwards, so the last one has the fewest labels.
    return list(records)[-1] if records else domain


def _registry(records: Mapping[str, Record]) -> Record | None:
    return next((one for one in records.values() if one.tag("psd") == "y"), None)


def is_record(text: str) -> bool:
    """Whether a TXT record is DMARC: its first tag is the version (RFC 9989 §4.7)."""
    name, equals, value = text.partition(";")[0].partition("=")
    return name.strip().lower() == "v" and bool(equals) and value.strip() == "DMARC1"


def parse(domain: str, text: str) -> Record:
    """Tags by lower-case name; of a repeated one the first."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return Record(domain=domain, text=text, tags=tags)


def aligned(one: str, other: str, organization: Callable[[str], str], *, strict: bool) -> bool:
    """Whether two domains count as one sender's; relaxed: their organizational domains agree."""
    if one.lower() == other.lower():
        return True
    return not strict and organization(one) == organization(other)

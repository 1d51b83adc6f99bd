"""MTA-STS (RFC 8461) and TLS-RPT (RFC 8460): how mail to us must be carried, who hears. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_STS = re.compile(r"v=STSv1\s*;\s*id=([A-Za-z0-9]{1,32})\s*;?.*")
_REPORTS = re.compile(r"v=TLSRPTv1\s*;\s*rua=(.+)")
_DAY = 86400
#: RFC 8461 §3.2
_LONGEST = 31_557_600


@dataclass(frozen=True, slots=True, kw_only=True)
class StsPolicy:
    """A policy file."""

    mode: str = ""
    #: seconds
    max_age: int = 0
    mx: tuple[str, ...] = ()
    #: why senders cannot use it; empty if they can
    broken: str = ""

    @property
    def short(self) -> bool:
        """Kept for less than a day: nobody is protected by it."""
        return self.max_age < _DAY

    def unnamed(self, hosts: Sequence[str]) -> tuple[str, ...]:
        """Those mail hosts that it does not name: strict senders deliver nothing to them."""
        return tuple(host for host in hosts if not any(_matches(host, one) for one in self.mx))


def is_sts(text: str) -> bool:
    """Whether a TXT record says that there is a policy."""
    return _STS.fullmatch(text) is not None


def read_sts(text: str) -> StsPolicy:
    """A policy file's text."""
    told: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            told.setdefault(name.strip(), []).append(value.strip().lower())
    mode, age = "".join(told.get("mode", [])[:1]), "".join(told.get("max_age", [])[:1])
    mx = tuple(told.get("mx", ()))
    broken = ""
    if told.get("version") != ["stsv1"]:
        broken = "its version is not STSv1"
    elif mode not in {"enforce", "testing", "none"}:
        broken = "its mode is neither enforce nor testing nor none"
    elif not age.isdigit() or int(age) > _LONGEST:
        broken = f"its max_age is no number up to {_LONGEST}"
    elif mode != "none" and not mx:
        broken = "it names no mail host (mx)"
    seconds = int(age) if age.isdigit() else 0
    return StsPolicy(mode=mode, max_age=seconds, mx=mx, broken=broken)


def report_targets(text: str) -> tuple[str, ...] | None:
    """Where TLS reports go; None: the record is none."""
    found = _REPORTS.fullmatch(text)
    if found is None:
        return None
    return tuple(
        one.strip()
        for one in found[1].partition(";")[0].split(",")
        if one.strip().lower().startswith(("mailto:", "https:"))
    )


def _matches(host: str, pattern: str) -> bool:
    """``*.`` stands for one label (RFC 8461 §4.1)."""
    host = host.lower().rstrip(".")
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern

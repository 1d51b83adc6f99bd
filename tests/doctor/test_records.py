"""The readers of records by themselves: the tree walk, keys, policies; whatever stands in DNS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.doctor import dkim, dmarc, spf, transport_tls


def at(records: dict[str, str]) -> dmarc.Txt:
    """DNS with these DMARC records, by domain."""
    return lambda name: [records[name[7:]]] if name[7:] in records else []


def test_the_walk_asks_eight_names_at_the_most() -> None:
    assert list(dmarc.walk("a.b.example")) == ["a.b.example", "b.example", "example"]
    long = "a.b.c.d.e.f.g.h.i.j.mail.example.com"
    # RFC 9989 §4.10: from the domain straight to seven labels
    assert list(dmarc.walk(long)) == [
        long,
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    ]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_it_always_ends_at_the_top(labels: list[str]) -> None:
    walked = list(dmarc.walk(".".join(labels)))
    assert len(walked) == len(set(walked)) == min(len(labels), 8)
    assert walked[-1] == labels[-1]


@pytest.mark.parametrize(
    ("records", "domain", "organization", "holds"),
    [
        ({}, "a.b.example", "a.b.example", None),
        ({"b.example": "v=DMARC1;p=none"}, "a.b.example", "b.example", "b.example"),
        ({"a.b.example": "v=DMARC1;p=none"}, "a.b.example", "a.b.example", "a.b.example"),
        # the fewest labels are the organization, the author's own record is the policy
        (
            {"a.b.example": "v=DMARC1;p=none", "b.example": "v=DMARC1;p=reject"},
            "a.b.example",
            "b.example",
            "a.b.example",
        ),
        # psd=n: this one, whatever stands above
        (
            {"b.example": "v=DMARC1;p=none;psd=n", "example": "v=DMARC1;p=none"},
            "a.b.example",
            "b.example",
            "b.example",
        ),
        # psd=y: one label below a registry
        ({"example": "v=DMARC1;p=reject;psd=y"}, "a.b.example", "b.example", "example"),
        ({"b.example": "v=DMARC1;p=none;psd=y"}, "b.example", "b.example", "b.example"),
    ],
)
def test_whose_policy_holds(
    records: dict[str, str], domain: str, organization: str, holds: str | None
) -> None:
    found = dmarc.find(domain, at(records))
    assert found.organization == organization
    assert (found.record.domain if found.record else None) == holds


def test_alignment_is_relaxed_to_the_organization() -> None:
    txt = at({"news.example": "v=DMARC1;p=none"})

    def organization(name: str) -> str:
        return dmarc.find(name, txt).organization

    assert dmarc.aligned("em1.news.example", "news.example", organization, strict=False)
    assert not dmarc.aligned("em1.news.example", "news.example", organization, strict=True)
    assert not dmarc.aligned("other.example", "news.example", organization, strict=False)


@given(st.text())
def test_no_record_breaks_a_reader(text: str) -> None:
    dkim.read(text)
    dmarc.parse("example", text)
    dmarc.is_record(text)
    transport_tls.read_sts(text)
    transport_tls.is_sts(text)
    transport_tls.report_targets(text)
    spf.read("example", Names({"example": [f"v=spf1 {text}"]}))


class Names:
    """DNS with TXT records alone."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        self.records = records

    def txt(self, name: str) -> list[str]:
        return self.records.get(name, [])

    def mx(self, name: str) -> list[str]:
        return []

    def addresses(self, name: str) -> list[str]:
        return []


def test_a_redirect_counts_only_without_all() -> None:
    names = Names({"a.example": ["v=spf1 redirect=b.example"], "b.example": ["v=spf1 a -all"]})
    found = spf.read("a.example", names)
    assert (found.lookups, found.voids, found.rest, found.broken) == (2, 1, "-", [])
    names.records["a.example"] = ["v=spf1 redirect=b.example ~all"]
    assert (spf.read("a.example", names).lookups, spf.read("a.example", names).rest) == (0, "~")


def test_case_does_not_matter_to_spf() -> None:
    """RFC 7208 §12: its literals are those of ABNF."""
    names = Names({"a.example": ["V=SPF1 INCLUDE:b.example -ALL"], "b.example": ["v=spf1 ?all"]})
    found = spf.read("a.example", names)
    assert (found.lookups, found.rest, found.broken) == (1, "-", [])


def test_a_wildcard_names_one_label() -> None:
    policy = transport_tls.read_sts("version: STSv1\nmode: enforce\nmax_age: 1\nmx: *.a.example\n")
    assert policy.unnamed(["mx.a.example", "a.example", "x.mx.a.example"]) == (
        "a.example",
        "x.mx.a.example",
    )

"""Our readers of SPF and DMARC beside checkdmarc's, over one name server."""

import dns.resolver
import pytest
from checkdmarc import dmarc as their_dmarc
from checkdmarc import spf as their_spf

from digest.doctor import dmarc, spf
from digest.doctor.dns import Dns
from tests.doctor.cases import txt
from tests.doctor.nameserver import NameServer
from tests.doctor.ward import Ward

BEHIND = (
    "host.behind.test. 60 IN A 192.0.2.1\n"
    "behind.test. 60 IN MX 10 host.behind.test.\n"
    "behind.test. 60 IN A 192.0.2.1\n"
    + txt("plain.behind.test", "v=spf1 ip4:192.0.2.0/24 ~all")
    + txt("deep.behind.test", "v=spf1 include:plain.behind.test a:host.behind.test -all")
    + txt("many.behind.test", "v=spf1 " + "a:host.behind.test " * 9 + "-all")
)
SPF = (
    "v=spf1 -all",
    "v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 ~all",
    "v=spf1 include:plain.behind.test -all",
    "v=spf1 include:deep.behind.test mx:behind.test a:behind.test/24 ?all",
    "v=spf1 redirect=deep.behind.test",
    "v=spf1 include:many.behind.test include:plain.behind.test -all",
    "v=spf1 exists:%{i}.behind.test -all",
    "v=spf1 a:gone.behind.test mx:gone.behind.test -all",
)
#: what nobody can use
NO_SPF = (
    "v=spf1 ip4:192.0.2 -all",
    "v=spf1 ipv4:192.0.2.1 -all",
    "v=spf1 include:gone.behind.test -all",
    "v=spf1 include: -all",
)


@pytest.fixture
def theirs(ward: Ward) -> dns.resolver.Resolver:
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port = ["127.0.0.1"], ward.names.port
    return made


def ours(names: NameServer) -> Dns:
    return Dns("127.0.0.1", names.port)


def test_spf_is_counted_alike(ward: Ward, theirs: dns.resolver.Resolver) -> None:
    ward.names.zone = BEHIND + "".join(
        txt(f"good{number}.test", one) for number, one in enumerate(SPF)
    )
    for number, record in enumerate(SPF):
        found = spf.read(f"good{number}.test", ours(ward.names))
        judged = their_spf.check_spf(f"good{number}.test", resolver=theirs)
        too_many = judged["dns_lookups"] > spf.MOST_LOOKUPS
        assert judged["valid"] is not too_many, (record, judged)
        counted = (judged["dns_lookups"], judged["void_dns_lookups"])
        assert (found.lookups, found.voids, found.broken) == (*counted, []), record


def test_broken_spf_is_broken_to_both(ward: Ward, theirs: dns.resolver.Resolver) -> None:
    ward.names.zone = BEHIND + "".join(
        txt(f"bad{number}.test", one) for number, one in enumerate(NO_SPF)
    )
    for number, record in enumerate(NO_SPF):
        judged = their_spf.check_spf(f"bad{number}.test", resolver=theirs)
        told = not judged["valid"] or any("SPF record" in one for one in judged["warnings"])
        assert told, (record, judged)
        assert spf.read(f"bad{number}.test", ours(ward.names)).broken, record


def test_the_same_policy_is_found(ward: Ward, theirs: dns.resolver.Resolver) -> None:
    zone = {
        "one.test": "v=DMARC1; p=reject",
        "two.test": "v=DMARC1; p=none; psd=n",
        "a.two.test": "v=DMARC1; p=quarantine",
        "suffix.test": "v=DMARC1; p=reject; psd=y",
        "b.suffix.test": "v=DMARC1; p=none",
    }
    ward.names.zone = "".join(txt(f"_dmarc.{name}", text) for name, text in zone.items())
    # A domain that does not exist at all is none to checkdmarc.
    asked = ("one.test", "x.one.test", "a.two.test", "x.a.two.test", "y.b.suffix.test")
    asked += ("c.suffix.test", "z.c.suffix.test", "a.b.c.d.e.f.g.h.i.one.test")
    ward.names.zone += "".join(f"{name}. 60 IN A 192.0.2.1\n" for name in asked)
    for domain in asked:
        judged = their_dmarc.query_dmarc_record(domain, resolver=theirs)
        found = dmarc.find(domain, ours(ward.names).txt).record
        assert found is not None
        assert found.domain == judged["location"], domain


def test_the_same_tags_are_removed(ward: Ward, theirs: dns.resolver.Resolver) -> None:
    record = "v=DMARC1; p=none; pct=50; rf=afrf; ri=3600"
    told = their_dmarc.parse_dmarc_record(record, "tags.test", resolver=theirs)
    warned = " ".join(told["warnings"])
    assert [name for name in dmarc.REMOVED if name not in warned] == []

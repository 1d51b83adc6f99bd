"""A name server on loopback, by dnslib, that answers from a zone as text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dnslib import CLASS, QTYPE, RCODE, RR, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer


@dataclass
class NameServer(BaseResolver):
    """Knows what ``zone`` says and no more: a name that stands nowhere is NXDOMAIN."""

    zone: str = ""
    #: names that it cannot answer for (SERVFAIL)
    broken: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        del handler
        reply = request.reply()
        name, kind = str(request.q.qname).lower().rstrip("."), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        if name in self.broken:
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        records = RR.fromZone(self.zone) if self.zone else []
        while True:
            here = [one for one in records if str(one.rname).lower().rstrip(".") == name]
            for one in here:
                if QTYPE[one.rtype] in {kind, "CNAME"} and one.rclass == CLASS.IN:
                    reply.add_answer(one)
            alias = next((one for one in here if QTYPE[one.rtype] == "CNAME"), None)
            if alias is None or kind == "CNAME":
                break
            name = str(alias.rdata).lower().rstrip(".")
        below = any(str(one.rname).lower().rstrip(".").endswith(f".{name}") for one in records)
        if not here and not below:
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


@contextmanager
def name_server(zone: str = "") -> Iterator[NameServer]:
    """Start one on a free port, by UDP."""
    made = NameServer(zone)
    server = DNSServer(made, address="127.0.0.1", port=0, logger=DNSLogger("-"))
    made.port = server.server.server_address[1]
    server.start_thread()
    try:
        yield made
    finally:
        server.stop()
        server.server.server_close()
        server.thread.join(5)

"""What a proof came to, and whether that is good enough. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.chaos.faults import UNKNOWN
from digest.chaos.record import Told

#: seconds within which a send that was killed must be at work again
RESUME = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What a round's ledger says, by address."""

    accepted: frozenset[str]
    doubtful: frozenset[str]
    rejected: frozenset[str]
    excluded: frozenset[str]
    #: what fsck found
    wrong: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Total:
    """Sums over rounds. Readers are counted once a round."""

    seed: int = 0
    transport: str = ""
    database: str = ""
    policy: str = ""
    #: whether the server told by events what it took
    events: bool = False
    rounds: int = 0
    kills: int = 0
    #: step → kills that met it
    killed_in: Counter[str] = field(default_factory=Counter)
    recipients: int = 0
    accepted: int = 0
    excluded: int = 0
    refused: int = 0
    #: neither accepted by the server, nor excluded, refused or listed as doubtful
    lost: int = 0
    #: messages that the server took over and above one for each reader
    duplicates: int = 0
    #: listed for a person to decide
    doubtful: int = 0
    #: of those, taken by the server: its events should have settled them
    unsettled: int = 0
    #: taken by the server, and neither called accepted nor listed as doubtful
    unlisted: int = 0
    #: mailed though they were suppressed
    mailed_against_their_will: int = 0
    #: messages of which no client could know: what faults, not kills, left in doubt
    unknowable: int = 0
    #: the most connections open at a time
    connections: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    resume_median: float = 0.0
    resume_longest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    resumes: list[float] = field(default_factory=list, repr=False)

    def count(
        self, audience: frozenset[str], suppressed: frozenset[str], told: Told, one: Ledger
    ) -> None:
        """Add a round: what the server's record tells, set against what the ledger says."""
        got = told.accepted
        refused = told.refused & one.rejected
        listed = one.doubtful | refused | suppressed | one.excluded
        self.recipients += len(audience)
        self.accepted += len(got)
        self.excluded += len(suppressed | one.excluded)
        self.refused += len(refused - got.keys())
        self.lost += len(audience - got.keys() - listed)
        self.duplicates += sum(got.values()) - len(got)
        self.doubtful += len(one.doubtful)
        self.unsettled += len(one.doubtful & got.keys())
        self.unlisted += len(got.keys() - one.accepted - one.doubtful)
        self.mailed_against_their_will += len(got.keys() & suppressed)
        self.faults.update(told.faults)
        self.unknowable += sum(told.faults.get(fault, 0) for fault in UNKNOWN)
        self.connections = max(self.connections, told.connections)
        self.wrong += one.wrong
        self.rounds += 1

    def finish(self) -> None:
        """Sum up the times."""
        found = sorted(self.resumes)
        if found:
            self.resume_median, self.resume_longest = found[len(found) // 2], found[-1]

    def failures(self) -> list[str]:
        """The bars that were missed, for a person; empty: the proof holds."""
        bars = {
            "readers were lost": self.lost,
            "readers got it though the ledger says otherwise": self.unlisted,
            "readers were mailed against their will": self.mailed_against_their_will,
            "things are wrong with the ledger": len(self.wrong),
        }
        missed = [f"{count} {what}" for what, count in bars.items() if count]
        if self.resume_longest >= RESUME:
            missed.append(f"a send took {self.resume_longest:.1f} s to be at work again")
        if self.policy == "resend":
            if self.transport != "outbox" and not self.duplicates:
                missed.append("sending again made no duplicates: the proof proves nothing")
        else:
            missed += self._too_many()
        return missed

    def _too_many(self) -> list[str]:
        if self.duplicates:
            return [f"{self.duplicates} messages came twice"]
        allowed = self.unknowable
        if self.transport == "smtp":
            allowed += self.kills * self.connections
        if self.events and self.unsettled:
            return [f"{self.unsettled} are in doubt though events told of them"]
        if self.transport != "sendgrid" and self.doubtful > allowed:
            return [f"{self.doubtful} are in doubt, more than {allowed}"]
        return []

    def told(self) -> Mapping[str, object]:
        """For JSON."""
        shown = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "resumes"
        }
        return shown | {"failures": self.failures()}

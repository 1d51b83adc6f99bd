"""Links in review mails: each names an issue, the revision shown, and whom it was sent to."""

import hashlib
import hmac
from dataclasses import dataclass, field

from itsdangerous import BadData, URLSafeSerializer

from digest.model import IssueId

#: what their paths start with
REVIEWS = "/desk/review/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link is about."""

    issue: IssueId
    #: the revision that the mail showed
    revision: int
    #: which review of the issue it was: 1, and one more each time it is given to people again
    round: int
    #: a keyed hash of the address it went to
    recipient: str


@dataclass(frozen=True, slots=True)
class ReviewLinks:
    """Signs what a review mail asks; how long a link is good, its issue tells."""

    #: newest first; earlier ones still open what they made
    secrets: tuple[bytes, ...] = field(repr=False)

    def path(self, asked: Asked) -> str:
        """``/desk/review/<token>``."""
        told = [asked.issue, asked.revision, asked.round, asked.recipient]
        return REVIEWS + str(self._serializer().dumps(told))

    def read(self, token: str) -> Asked | None:
        """What a link is about; None for what we did not sign."""
        try:
            issue, revision, number, recipient = self._serializer().loads(token)
        except (BadData, ValueError, TypeError):
            return None
        return Asked(issue=IssueId(issue), revision=revision, round=number, recipient=recipient)

    def recipients(self, address: str) -> list[str]:
        """The hashes an address may be known by, newest first; they tell nobody the address."""
        told = address.strip().lower().encode()
        return [hmac.digest(one, told, hashlib.sha256)[:16].hex() for one in self.secrets]

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(
            # itsdangerous wants the newest last
            list(reversed(self.secrets)),
            salt="digest.review",
            # its own default is SHA-1
            signer_kwargs={"digest_method": hashlib.sha256},
        )

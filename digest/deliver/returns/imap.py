"""An IMAP folder (RFC 3501): done mails are marked as seen, kept ones as flagged.

No mail is deleted but one person's when they are erased: how long the folder keeps the others is
for its server to say.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from digest.deliver.returns.boxes import Mail, MailboxError, OpenBox
from digest.deliver.returns.forget import Which
from digest.deliver.returns.returned import LARGEST

#: what a broken or unwilling server looks like
_FAULTS = (imaplib.IMAP4.error, OSError)
#: seconds
_TIMEOUT = 30
#: mails of one look; the rest waits for the next
_MOST = 1000
_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imap:
    """A folder on an IMAP server."""

    host: str
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    #: None: verified against the system's certificate authorities
    tls: ssl.SSLContext | None = None

    @contextmanager
    def opened(self) -> Iterator[OpenBox]:
        """Log in and select the folder. Raises MailboxError."""
        with self._selected() as client:
            yield _Folder(client)

    def naming(self, which: Which, *, remove: bool) -> int:
        """How many mails ``which`` holds for; with ``remove`` they go. Raises MailboxError.

        All of the folder is read for it: a server's own search does not see into every encoding.
        """
        with self._selected() as client:
            folder = _Folder(client)
            found = [mail.key for mail in folder.every() if which(mail.raw)]
            if found and remove:
                folder.delete(found)
            return len(found)

    def older(self, before: datetime, *, remove: bool) -> int:
        """None: how long it keeps them is for the server to say."""
        del before, remove
        return 0

    @contextmanager
    def _selected(self) -> Iterator[imaplib.IMAP4]:
        if self.security == "none" and self.host not in _AT_HOME:
            raise self._error("a password may not travel unencrypted")
        try:
            client = self._connect()
            try:
                client.login(self.username, self.password)
                status, _ = client.select(_quoted(self.folder))
                if status != "OK":
                    raise self._error("has no such folder")
                yield client
            finally:
                with suppress(*_FAULTS):
                    client.logout()
        except _FAULTS as error:
            # Never its words: they may repeat what we sent.
            raise self._error(f"failed: {type(error).__name__}") from error

    def _connect(self) -> imaplib.IMAP4:
        context = self.tls or ssl.create_default_context()
        if self.security == "tls":
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=_TIMEOUT)
        client = imaplib.IMAP4(self.host, self.port, timeout=_TIMEOUT)
        if self.security == "starttls":
            client.starttls(context)
        return client

    def _error(self, what: str) -> MailboxError:
        return MailboxError(
            f"the IMAP server {what}", hint="check [bounces]", server=f"{self.host}:{self.port}"
        )


@dataclass(frozen=True, slots=True)
class _Folder:
    client: imaplib.IMAP4

    def unread(self) -> Iterator[Mail]:
        """Mails that are neither seen nor flagged, a thousand at most."""
        return self._mails(self._search("UNSEEN UNFLAGGED")[:_MOST])

    def every(self) -> Iterator[Mail]:
        """All mails there are."""
        return self._mails(self._search("ALL"))

    def _mails(self, uids: Sequence[str]) -> Iterator[Mail]:
        for uid in uids:
            # PEEK: fetching alone must not mark it.
            _, told = self.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
            for one in told:
                if isinstance(one, tuple) and isinstance(one[1], bytes):
                    yield Mail(uid, one[1])
                    break

    def delete(self, keys: Sequence[str]) -> None:
        """Take them out for good; others that somebody marked for it stay, if the server can."""
        for key in keys:
            self.client.uid("STORE", key, "+FLAGS.SILENT", r"(\Deleted)")
            if "UIDPLUS" in self.client.capabilities:  # RFC 4315
                self.client.uid("EXPUNGE", key)
        if "UIDPLUS" not in self.client.capabilities:
            self.client.expunge()

    def done(self, key: str) -> None:
        """Mark it as seen."""
        self.client.uid("STORE", key, "+FLAGS.SILENT", r"(\Seen)")

    def keep(self, key: str) -> None:
        """Mark it as flagged."""
        self.client.uid("STORE", key, "+FLAGS.SILENT", r"(\Flagged)")

    def kept(self) -> list[str]:
        """The UIDs of those flagged."""
        return [f"UID {uid}" for uid in self._search("FLAGGED")]

    def _search(self, what: str) -> list[str]:
        _, told = self.client.uid("SEARCH", *what.split())
        return re.findall(r"\d+", (told[0] or b"").decode("ascii", "replace")) if told else []


def _quoted(folder: str) -> str:
    """A folder's name as an IMAP string."""
    return '"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'

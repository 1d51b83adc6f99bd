"""What an inbox shows of the mail: its subject and preheader."""

import re
from collections.abc import Iterator

from digest.model import Finding, Level
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, block, passed, warn

#: characters; the first is cut by us, the second by most inboxes, RFC 5322 folds at it too
LONGEST, LONG = 250, 78
#: characters that inboxes have room for beside a subject
PREHEADER = range(40, 131)
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_TEST = re.compile(r"\s*\[TEST\]", re.IGNORECASE)


def subject(proof: Proof) -> Iterator[Finding]:
    """The subject: there, whole, and not shouted."""
    line, written = proof.mail.subject, proof.mail.content.subject
    if not line.strip():
        yield block(
            "subject",
            "the subject is empty",
            where="subject",
            fix="Write a subject for the issue or the edition",
        )
        return
    yield from _acting("subject", line)
    length = max(len(line), len(written.strip()))
    if length > LONGEST:
        yield _said(Level.BLOCK, f"{length} characters; it is cut at {LONGEST}", "Shorten it")
    elif length > LONG:
        yield _said(Level.WARN, f"{length} characters; inboxes cut at {LONG}", "Shorten it")
    if _TEST.match(line):
        yield _said(Level.BLOCK, f"“{shortened(line)}” is marked as a test", "Take the mark out")
    if line.isupper() and len(line.split()) > 1 and sum(map(str.isalpha, line)) >= 8:
        yield _said(Level.WARN, "it is all in capitals, as spam is", "Write it as a sentence")
    yield passed("subject", f"{length} characters: {shortened(line, 80)}")


def preheader(proof: Proof) -> Iterator[Finding]:
    """The words beside the subject."""
    line = proof.mail.preheader.strip()
    if not line:
        yield warn(
            "preheader",
            "there is none; inboxes show the mail’s first words instead",
            where="preheader",
            fix="Write a preheader for the issue or the edition",
        )
        return
    yield from _acting("preheader", line)
    if line.casefold() == proof.mail.subject.strip().casefold():
        yield warn(
            "preheader",
            "it says the same as the subject",
            where="preheader",
            fix="Say what else is in the mail",
        )
    elif len(line) not in PREHEADER:
        least, most = PREHEADER.start, PREHEADER.stop - 1
        yield warn(
            "preheader",
            f"it has {len(line)} characters; {least} to {most} fill the inbox’s line",
            where="preheader",
            fix="Say more" if len(line) < least else "Put what matters first, or shorten it",
        )
    yield passed("preheader", f"{len(line)} characters: {shortened(line, 80)}")


def _acting(check: str, line: str) -> Iterator[Finding]:
    if found := _ACTING.search(line):
        yield block(
            check,
            f"a control or bidi-override character (U+{ord(found[0]):04X}) is in it",
            where=check,
            fix="Type the line anew",
        )


def _said(level: Level, why: str, fix: str) -> Finding:
    return Finding(check="subject", level=level, why=why, where="subject", fix=fix)

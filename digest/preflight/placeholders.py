"""Words of a story that a mail service would take for a placeholder of its own.

Our own rendering shows them as they stand. What happens after it depends on the service.
"""

import re
from collections.abc import Iterator

from digest.model import Finding
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, passed, warn

#: SendGrid's own tags; subscription tracking, which fills the first, is turned off in our requests
_SENDGRID = re.compile(
    r"\[(?:unsubscribe|unsubscribe_preferences|weblink)\]|<%.{0,80}?%>", re.IGNORECASE
)
#: those of others: Mailgun, Mailchimp and Mandrill, and what most template languages use
_OTHERS = re.compile(
    r"%recipient[._]\w+%|%\w*unsubscribe\w*%|\*\|[\w:]+\|\*|\{\{.{0,80}?\}\}|\{%.{0,80}?%\}"
    r"|(?<!\w)-(?:name|first_?name|last_?name|email)-(?!\w)",
    re.IGNORECASE,
)


def tokens(proof: Proof) -> Iterator[Finding]:
    """Placeholders of mail services in any text that people wrote."""
    for where, text in proof.texts:
        for pattern in (_SENDGRID, _OTHERS):
            if found := pattern.search(text):
                yield warn(
                    "tokens",
                    f"“{shortened(found[0])}” {_fate(pattern, proof.standard.transports)}",
                    where=where,
                    fix="Reword it, if readers should not see it so",
                )
    yield passed("tokens", "no text holds a mail service’s placeholder")


def _fate(pattern: re.Pattern[str], transports: frozenset[str]) -> str:
    """What becomes of it on its way."""
    if "sendgrid" in transports and pattern is _SENDGRID:
        return "is a tag of SendGrid’s, which may put something of its own there"
    if "smtp" in transports:
        return "looks like a mail service’s placeholder; one behind your SMTP host may fill it in"
    return "looks like a placeholder that was never filled in; readers get it as it stands"

"""Whether the text part says what the HTML says, in plain text."""

import re
from collections.abc import Iterator

from digest.model import Finding
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, block, passed, warn

#: octets, without the line end (RFC 5322 §2.1.1)
LONGEST_LINE = 998
_HTML = re.compile(
    r"</?(?:a|b|br|div|em|h[1-6]|i|img|li|p|span|strong|table|td|tr|ul)\b[^<>\n]{0,200}>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,6}|#x[0-9a-f]{2,6});",
    re.IGNORECASE,
)


def text(proof: Proof) -> Iterator[Finding]:
    """The text part: there, whole and plain."""
    plain = proof.mail.text
    if not plain.strip():
        yield block(
            "text",
            "there is no text part; watches, screen readers and spam filters want one",
            where="text",
            fix="Write the template’s .txt",
        )
        return
    urls = {proof.mail.link(card): card.headline for card in proof.mail.content.cards}
    for url, headline in urls.items():
        if url and url not in plain:
            yield warn(
                "text",
                "a story’s link is not in the text part",
                where=shortened(headline),
                fix="Write {{ card.url }} in the template’s .txt",
            )
    yield from _residue(proof)
    if any(len(line.encode("utf-8", "replace")) > LONGEST_LINE for line in plain.splitlines()):
        yield warn(
            "text",
            f"a line is longer than {LONGEST_LINE} bytes",
            where="text",
            fix="Use the filter wordwrap(72) in the template’s .txt",
        )
    yield passed(
        "text",
        f"{len(plain.encode('utf-8', 'replace')) / 1000:.1f} KB, with the links of all stories",
    )


def _residue(proof: Proof) -> Iterator[Finding]:
    """HTML that a template left; what stands in a story's own words is for the check residue."""
    for found in dict.fromkeys(match[0] for match in _HTML.finditer(proof.mail.text)):
        if not proof.wrote(found):
            yield warn(
                "text",
                f"{shortened(found)} stands in the text part",
                where="text",
                fix="Take HTML out of the template’s .txt",
            )

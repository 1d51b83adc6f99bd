"""Whether an issue's blocks say what they must, and look as they should."""

from collections.abc import Iterator

from digest.model import Block, BlockKind, Finding
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, block, passed, warn
from digest.render.clean import clean_line, web_url


def blocks(proof: Proof) -> Iterator[Finding]:
    """Each block of an editor or a sponsor."""
    found = proof.mail.content.blocks
    for one in found:
        yield from _one(one, proof)
    yield passed("blocks", f"{len(found)} blocks" if found else "there is none")


def _one(one: Block, proof: Proof) -> Iterator[Finding]:
    where = shortened(one.title or one.text) or f"block {one.id}"
    if one.kind is BlockKind.SPONSOR and not one.label.strip():
        why = "a sponsor’s block does not say who pays"
        yield block("blocks", why, where=where, fix="Give it a label: “Sponsored by …”")
    if not (one.title.strip() or one.text.strip() or one.image):
        yield block("blocks", "a block says nothing", where=where, fix="Write one, or remove it")
    if one.url and not web_url(one.url):
        why = "a block’s link cannot be followed"
        yield block("blocks", why, where=where, fix="Give it an https address")
    if one.image and not one.alt.strip():
        why = "a block’s picture has no text for those who cannot see it"
        yield warn("blocks", why, where=where, fix="Say what it shows")
    shown = clean_line(one.title or one.text, 300).split()
    if shown and shown[0] not in proof.mail.text:
        why = "a block is missing in the text part"
        fix = "Include partials/block.txt in the template’s .txt"
        yield warn("blocks", why, where=where, fix=fix)
    label = clean_line(one.label, 120).split()
    if label and label[0] not in proof.mail.html + proof.mail.text:
        why = "a block’s label is not shown"
        yield block("blocks", why, where=where, fix="Include partials/block.mjml in the template")

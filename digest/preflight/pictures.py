"""Whether the mail's pictures are seen, by whom they are served, and what they weigh."""

from collections.abc import Iterator

from digest.model import Finding
from digest.preflight.hosts import belongs, host, is_example, matches, not_for_readers
from digest.preflight.mail import shortened
from digest.preflight.page import Picture
from digest.preflight.proof import Proof, block, passed, warn
from digest.render.clean import is_loopback

#: bytes, of one picture and of all in a mail: on a phone, each reader waits for them
LARGEST = 200_000
ALL = 1_000_000


def images(proof: Proof) -> Iterator[Finding]:
    """Every picture has a public address, words for those who do not see it, and its room kept."""
    pictures = list(dict.fromkeys(proof.page.pictures))
    allowed = _allowed(proof)
    for picture in pictures:
        where = _name(picture, proof)
        yield from _source(picture, where, proof, allowed)
        yield from _shown(picture, where)
    yield from _weights(pictures, proof)
    yield passed("images", f"{len(pictures)} different pictures, all with words and size")


def _allowed(proof: Proof) -> frozenset[str]:
    """Hosts of the newsroom, of its sources and of the stories themselves."""
    stories = {host(card.url) for card in proof.mail.content.cards}
    return proof.standard.own_hosts | (stories - {""})


def _source(
    picture: Picture, where: str, proof: Proof, allowed: frozenset[str]
) -> Iterator[Finding]:
    name = host(picture.src)
    if picture.src[:5].lower() == "data:":
        yield warn(
            "images",
            "a picture is written into the mail (data:), which Gmail and Outlook do not show",
            where=where,
            fix="Put the picture on your site and give its address",
        )
    elif not picture.src.lower().startswith(("https://", "http://")) or not name:
        yield block("images", "a picture has no address", where=where, fix="Take it out")
    elif trouble := not_for_readers(name, proof.standard):
        yield block(
            "images",
            f"a picture is on {name}, {trouble}",
            where=where,
            fix="Give the picture’s public address, or take it out",
        )
    elif picture.src[:5].lower() == "http:" and not is_loopback(picture.src):
        yield warn(
            "images",
            f"a picture on {name} is loaded over http; many readers will not see it",
            where=where,
            fix="Give the picture’s https address, or take it out",
        )
    elif not _known(name, proof, allowed):
        yield warn(
            "images",
            f"a picture comes from {name}, which is neither yours nor a source’s, and which "
            "learns who opens the mail",
            where=where,
            fix=f"Put it on your site, or add {name} to picture_hosts in [preflight]",
        )


def _known(name: str, proof: Proof, allowed: frozenset[str]) -> bool:
    trusted = belongs(name, allowed) or matches(name, proof.standard.picture_hosts)
    return trusted or is_loopback(f"http://{name}/") or is_example(name, proof.standard)


def _shown(picture: Picture, where: str) -> Iterator[Finding]:
    if not (picture.alt or "").strip():
        yield warn(
            "images",
            "a picture has no words for those who cannot see it",
            where=where,
            fix="Write an alt text for the story’s picture",
        )
    if not picture.sized:
        yield warn(
            "images",
            "a picture has no width or height, so that words jump once it is there",
            where=where,
            fix="Give both in the template; height may be auto",
        )


def _weights(pictures: list[Picture], proof: Proof) -> Iterator[Finding]:
    """What pictures answered, where they were tried."""
    total = 0
    for picture in pictures:
        answer = proof.answers.get(picture.src)
        if answer is None:
            continue
        wrong = answer.problem or ("" if answer.status < 400 else f"answered {answer.status}")
        if not wrong and answer.kind and not answer.kind.startswith("image/"):
            wrong = f"is {answer.kind}, no picture"
        if wrong:
            yield warn(
                "images",
                f"a picture cannot be loaded: {wrong}",
                where=_name(picture, proof),
                fix="Give another, or take it out",
            )
            continue
        weight = answer.size or 0
        total += weight
        if weight > LARGEST:
            yield warn(
                "images",
                f"a picture weighs more than {LARGEST // 1000} KB",
                where=f"{_name(picture, proof)}, {weight / 1000:.0f} KB",
                fix="Use a smaller one: 1,200 pixels wide are enough for the widest place",
            )
    if total > ALL:
        yield warn(
            "images",
            f"the pictures weigh {total / 1e6:.1f} MB together",
            fix=f"Keep them under {ALL // 1_000_000} MB: use smaller ones, or fewer",
        )


def _name(picture: Picture, proof: Proof) -> str:
    """The story it belongs to, or its address."""
    for card in proof.mail.content.cards:
        if card.image is not None and card.image.url == picture.src:
            return shortened(card.headline)
    return shortened(picture.src, 100) or shortened(picture.alt or "") or "a picture"

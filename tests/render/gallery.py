"""Pictures of every mail for docs/gallery.md; ``make gallery`` runs this file.

Each is the mail on a phone and on a desk side by side, half size and in few colours, to be small.
"""

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from digest.model import Block, BlockKind, Card, FilledSection, HouseAd, Layout, VariantContent
from digest.render.render import Renderer
from digest.render.tokens import fill
from digest.sample import pictures
from tests.browser import Browser
from tests.judges import mails
from tests.parts import REPO
from tests.render.issue import BRAND, TEMPLATES, TOKENS
from tests.render.test_look import DESK, PHONE, Quiet

GALLERY = REPO / "docs" / "gallery"
HEIGHT = 1900
#: of a letter
SHORT = 900
#: of the sample newsroom's drawings, what stands for a story's picture
DRAWINGS = ("night-train", "lagoon", "coral", "volcano", "parliament", "books", "lake-sunrise")


def weekly(language: str, pictures: str) -> VariantContent:
    """The sample issue as a week's: compact sections, a note, an advertisement of the house."""
    told = mails.issue("weekly", language, pictures)
    top, *sections = told.sections
    compact = [replace(one, layout=Layout.COMPACT) for one in sections]
    return replace(
        told,
        sections=(replace(top, cards=top.cards[:3]), *compact),
        note="Good morning. This week the river fell, and the towns along it went back to work.",
        house_ad=HouseAd(
            text="Become a member: our reporting depends on it", url="https://meridian.example/"
        ),
        web_copy=True,
    )


def with_blocks(told: VariantContent, base: str) -> VariantContent:
    """The issue with a text of its editors before its stories, and a sponsor's behind the first."""
    text = Block(
        id=1,
        kind=BlockKind.TEXT,
        title="Meet us on Thursday",
        text="Our editors answer your questions in the reading room.\n\nThe doors open at seven.",
        url="https://meridian.example/thursday",
    )
    sponsor = Block(
        id=2,
        kind=BlockKind.SPONSOR,
        title="Tea that keeps its promises",
        text="Picked in the hills above Kericho and packed where it grew.",
        url="https://leaf.example/",
        image=f"{base}/lake-sunrise.png",
        alt="The sun over a lake, with hills behind it",
        label="Sponsored by Leaf & Sons",
    )
    first, *others = told.sections
    # so few that the picture holds both blocks
    shown = replace(first, cards=first.cards[:1])
    standing = [
        FilledSection(slug=one.slug, title="", layout=Layout.CARDS, block=one)
        for one in (text, sponsor)
    ]
    return replace(told, sections=(standing[0], shown, standing[1], *others))


def drawn(told: VariantContent, base: str) -> VariantContent:
    """The issue with a drawing for each picture."""

    def with_drawing(card: Card) -> Card:
        if card.image is None:
            return card
        name = DRAWINGS[int(card.story) % len(DRAWINGS)]
        return replace(card, image=replace(card.image, url=f"{base}/{name}.png"))

    sections = tuple(
        replace(one, cards=tuple(map(with_drawing, one.cards))) for one in told.sections
    )
    return replace(told, sections=sections)


def pages(base: str) -> Mapping[str, tuple[str, bool]]:
    """Name → HTML, and whether it is shown in the dark."""
    shown = replace(BRAND, subscribe_url="https://meridian.example/subscribe")
    renderer = Renderer([TEMPLATES], shown)

    def page(content: VariantContent) -> str:
        return fill(renderer.render(drawn(content, base)).html, TOKENS, html=True)

    daily = mails.issue("daily", "en", base)
    issues = {
        "daily": (page(daily), False),
        "daily-dark": (page(daily), True),
        "daily-ar": (page(mails.issue("daily", "ar", base)), True),
        "daily-hi": (page(mails.issue("daily", "hi", base)), False),
        "weekly": (page(weekly("en", base)), False),
        "weekly-fr": (page(weekly("fr", base)), True),
        "blocks": (page(with_blocks(daily, base)), False),
        "blocks-brief": (page(with_blocks(mails.issue("brief", "en", base), base)), True),
        "brief": (page(mails.issue("brief", "en", base)), False),
        "quiet": (page(mails.issue("quiet", "es", base)), False),
        "large": (page(replace(daily, style="large")), False),
        "headlines": (page(replace(daily, style="headlines")), True),
    }
    letters = {kind.value: (mails.page(kind.value, "en"), False) for kind in mails.LETTERS}
    return {**issues, **letters}


@contextmanager
def site() -> Iterator[tuple[Path, str]]:
    """A folder served on loopback."""
    with TemporaryDirectory() as name:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Path(name), f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        server.server_close()


def shoot(browser: Browser, folder: Path, url: str, *, dark: bool, height: int) -> Image.Image:
    """The mail at both widths, cut at ``height``."""
    whole = Image.new("RGB", (PHONE + DESK + 16, height), "#888888")
    for width, left in ((PHONE, 0), (DESK, PHONE + 16)):
        browser.visit(url, width=width, dark=dark)
        browser.picture(folder / "look.png")
        with Image.open(folder / "look.png") as taken:
            whole.paste(
                taken.convert("RGB").crop((0, 0, width, min(height, taken.height))), (left, 0)
            )
    return whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS)


def main() -> None:
    """Take every picture anew."""
    GALLERY.mkdir(exist_ok=True)
    with (
        site() as (folder, base),
        TemporaryDirectory() as profile,
        Browser(Path(profile)) as chrome,
    ):
        for name in DRAWINGS:
            shutil.copy(str(pictures() / f"{name}.png"), folder)
        for name, (html, dark) in pages(base).items():
            (folder / f"{name}.html").write_text(html, "utf-8")
            height = SHORT if name in mails.LETTERS else HEIGHT
            picture = shoot(chrome, folder, f"{base}/{name}.html", dark=dark, height=height)
            low = picture.quantize(96, dither=Image.Dither.NONE)
            low.save(GALLERY / f"{name}.png", optimize=True)
            print(f"{name}: {(GALLERY / f'{name}.png').stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()

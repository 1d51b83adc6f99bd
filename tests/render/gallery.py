"""Pictures of every mail for docs/gallery.md; ``make gallery`` runs this file.

Each is the mail on a phone and on a desk side by side, half size and in few colours, to be small.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from digest.model import HouseAd, Layout, VariantContent
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.judges import mails
from tests.parts import REPO
from tests.render.issue import BRAND, TEMPLATES, TOKENS
from tests.render.test_look import DESK, PHONE, Quiet, browse

GALLERY = REPO / "docs" / "gallery"
HEIGHT = 1700
FRAME = """<!doctype html><body style="margin:0;white-space:nowrap">
<iframe src="mail.html" width="{}" height="{}" style="border:0"></iframe>
<iframe src="mail.html" width="{}" height="{}" style="border:0"></iframe>"""
#: what stands for a story's picture
HUES = ((52, 92, 116), (150, 104, 70), (86, 120, 84))


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


def pages(base: str) -> Mapping[str, tuple[str, bool]]:
    """Name → HTML, and whether it is shown in the dark."""
    shown = replace(BRAND, subscribe_url="https://meridian.example/subscribe")
    renderer = Renderer([TEMPLATES], shown)
    pictures = base + "/{}.png"

    def page(content: VariantContent) -> str:
        return fill(renderer.render(content).html, TOKENS, html=True)

    daily = mails.issue("daily", "en", pictures)
    issues = {
        "daily": (page(daily), False),
        "daily-dark": (page(mails.issue("daily", "ar", pictures)), True),
        "weekly": (page(weekly("en", pictures)), False),
        "large": (page(replace(daily, style="large")), False),
        "headlines": (page(replace(daily, style="headlines")), False),
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


def shoot(folder: Path, base: str, html: str, *, dark: bool) -> Image.Image:
    """The mail at both widths, cut where it ends."""
    (folder / "mail.html").write_text(html, "utf-8")
    (folder / "frame.html").write_text(FRAME.format(PHONE, HEIGHT, DESK, HEIGHT), "utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    window = f"--window-size={PHONE + DESK + 8},{HEIGHT}"
    browse(*scheme, window, f"--screenshot={folder / 'look.png'}", f"{base}/frame.html")
    with Image.open(folder / "look.png") as taken:
        whole = taken.convert("RGB")
    return whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS)


def main() -> None:
    """Take every picture anew."""
    GALLERY.mkdir(exist_ok=True)
    with site() as (folder, base):
        for number, hue in enumerate(HUES):
            Image.new("RGB", (900, 600), hue).save(folder / f"{number}.png")
        for name, (html, dark) in pages(base).items():
            picture = shoot(folder, base, html, dark=dark)
            low = picture.quantize(64, dither=Image.Dither.NONE)
            letter = name in mails.LETTERS
            low = low.crop((0, 0, low.width, 420)) if letter else low
            low.save(GALLERY / f"{name}.png", optimize=True)
            print(f"{name}: {(GALLERY / f'{name}.png').stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()

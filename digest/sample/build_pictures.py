"""Draws the pictures of the sample newsroom anew: ``python -m digest.sample.build_pictures``.

Only for whoever changes a picture: the PNG files are part of the repository. Needs Pillow and,
for the logo, the font DejaVu Serif (Debian: fonts-dejavu-core).
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from digest.sample.drawing import halls, land, rock, things, town, water
from digest.sample.drawing.paper import OCHRE, Paper

SCENES = land.SCENES | rock.SCENES | water.SCENES | town.SCENES | halls.SCENES | things.SCENES
FOLDER = Path(__file__).with_name("pictures")
LOGO_SIZE = (480, 96)
#: reads on white and on near-black alike: 4.2 and 4.0 to 1
LOGO_INK = "#458877"


def logo() -> Image.Image:
    """The wordmark beside a globe with its meridian, on nothing; twice the size it is shown at."""
    fine = 4
    image = Image.new("RGBA", (LOGO_SIZE[0] * fine, LOGO_SIZE[1] * fine), LOGO_INK + "00")
    pen = ImageDraw.Draw(image)

    def oval(across: float) -> None:
        box = ((48 - across) * fine, 12 * fine, (48 + across) * fine, 84 * fine)
        pen.ellipse(box, outline=LOGO_INK, width=5 * fine)

    oval(36)
    oval(15)
    pen.line((14 * fine, 48 * fine, 82 * fine, 48 * fine), fill=LOGO_INK, width=5 * fine)
    pen.ellipse((58 * fine, 20 * fine, 78 * fine, 40 * fine), fill=OCHRE)
    font = ImageFont.truetype("DejaVuSerif-Bold.ttf", 47 * fine)
    pen.text((102 * fine, 48 * fine), "The Meridian", font=font, fill=LOGO_INK, anchor="lm")
    return image.resize(LOGO_SIZE, Image.Resampling.LANCZOS)


def main() -> None:
    """Write every picture and the logo."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in SCENES.items():
        paper = Paper(name)
        draw(paper)
        paper.finished().save(FOLDER / f"{name}.png", optimize=True)
    logo().save(FOLDER / "logo.png", optimize=True)


if __name__ == "__main__":
    main()

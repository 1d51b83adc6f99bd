"""The sheet that every picture is drawn on, and the few strokes they are made of."""

from collections.abc import Sequence
from itertools import pairwise
from math import pi, sin
from random import Random

from PIL import Image, ImageColor, ImageDraw

WIDTH, HEIGHT = 1200, 675
#: drawn so many times larger, then scaled down: smooth edges
FINE = 2
#: few enough for small files, enough for a soft sky
COLOURS = 160

Point = tuple[float, float]

INK, PINE, PETROL, TEAL, MIST = "#10261f", "#12443a", "#0b5d4e", "#4f978b", "#b9d5cd"
NIGHT, NAVY, BLUE, SKY = "#101c33", "#1f3558", "#47749b", "#a8c9d8"
CREAM, SAND, OCHRE, RUST = "#f7efdf", "#ead6ae", "#e2a640", "#b5553a"
CORAL, ROSE, PLUM, STONE = "#dd7555", "#eebfa9", "#553a55", "#8f8b80"


class Paper:
    """A sheet of 1200 × 675 units, the origin at the top left. Equal seeds, equal chance."""

    def __init__(self, seed: str) -> None:
        self.chance = Random(seed)  # noqa: S311  draws trees, guards nothing
        self._image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE))
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    def finished(self) -> Image.Image:
        """The picture in its final size, with a palette of its own."""
        small = self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        method, dither = Image.Quantize.MEDIANCUT, Image.Dither.NONE
        # k-means keeps the few bright spots that a median cut alone averages away
        return small.quantize(COLOURS, method=method, dither=dither, kmeans=3)

    def fade(self, top: str, bottom: str, start: float = 0, end: float = HEIGHT) -> None:
        """A sky: from one colour to another in thin bands, the last one down to the edge."""
        bands = 44
        for band in range(bands):
            y = start + (end - start) * band / bands
            self.box(0, y, WIDTH, HEIGHT - y, between(top, bottom, band / (bands - 1)))

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A rectangle by its top left corner."""
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        self.shape(corners, colour)

    def fade_box(
        self, x: float, y: float, width: float, height: float, top: str, bottom: str
    ) -> None:
        """A rectangle that fades from one colour to another."""
        for band in range(12):
            shade = between(top, bottom, band / 11)
            self.box(x, y + height * band / 12, width, height / 12, shade)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A filled polygon."""
        self._pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        """A stroke through the points, with round joints."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        self._pen.line(fine, fill=colour, width=round(width * FINE), joint="curve")

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle by its middle."""
        self.oval(x, y, radius, radius, colour)

    def oval(self, x: float, y: float, across: float, up: float, colour: str) -> None:
        """A filled ellipse by its middle and half-axes."""
        box = ((x - across) * FINE, (y - up) * FINE, (x + across) * FINE, (y + up) * FINE)
        self._pen.ellipse(box, fill=colour)

    def arc(self, x: float, y: float, across: float, up: float, width: float, colour: str) -> None:
        """The outline of an ellipse by its middle and half-axes."""
        box = ((x - across) * FINE, (y - up) * FINE, (x + across) * FINE, (y + up) * FINE)
        self._pen.ellipse(box, outline=colour, width=round(width * FINE))

    def sun(self, x: float, y: float, radius: float, colour: str) -> None:
        """A disc with a halo in three steps."""
        for step in (3, 2, 1):
            self.disc(x, y, radius * (1 + step * 0.38), colour + "26")
        self.disc(x, y, radius, colour)

    def stars(self, count: int, until: float, colour: str = CREAM) -> None:
        """Dots of three sizes above a height."""
        for _ in range(count):
            x, y = self.chance.uniform(0, WIDTH), self.chance.uniform(0, until)
            self.disc(x, y, self.chance.choice((1.2, 1.8, 2.6)), colour)

    def ridge(self, base: float, height: float, colour: str, rough: float = 0.5) -> list[Point]:
        """A jagged silhouette filled down to the edge; returns its outline."""
        heights = [self.chance.uniform(0.2, 1), self.chance.uniform(0.2, 1)]
        spread = 1.0
        for _ in range(7):
            spread *= rough
            middles = [
                (left + right) / 2 + self.chance.uniform(-spread, spread) * 0.6
                for left, right in pairwise(heights)
            ]
            pairs = zip(heights, middles, strict=False)
            heights = [value for pair in pairs for value in pair] + heights[-1:]
        step = WIDTH / (len(heights) - 1)
        outline = [(i * step, base - height * value) for i, value in enumerate(heights)]
        self.shape([(0, HEIGHT), *outline, (WIDTH, HEIGHT)], colour)
        return outline

    def swell(self, base: float, height: float, waves: float, colour: str) -> list[Point]:
        """A smooth silhouette of two sines filled down to the edge; returns its outline."""
        first, second = self.chance.uniform(0, 2 * pi), self.chance.uniform(0, 2 * pi)
        outline = []
        for x in range(0, WIDTH + 1, 8):
            turn = x / WIDTH * 2 * pi * waves
            y = base - height * (0.7 * sin(turn + first) + 0.3 * sin(turn * 1.9 + second))
            outline.append((float(x), y))
        self.shape([(0, HEIGHT), *outline, (WIDTH, HEIGHT)], colour)
        return outline


def between(one: str, other: str, share: float) -> str:
    """The colour at ``share`` of the way from one to the other."""
    pairs = zip(ImageColor.getrgb(one)[:3], ImageColor.getrgb(other)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)

"""Pictures of mountains, cliffs and ice."""

from itertools import pairwise
from math import sin

from digest.sample.drawing.paper import (
    BLUE,
    CORAL,
    CREAM,
    HEIGHT,
    NAVY,
    OCHRE,
    PLUM,
    RUST,
    SAND,
    STONE,
    WIDTH,
    Paper,
    between,
)


def volcano(paper: Paper) -> None:
    """A crater with its plume at dusk."""
    paper.fade(PLUM, CORAL, end=520)
    for puff in range(46):
        rise = puff / 46
        x = 600 + 190 * rise + paper.chance.uniform(-1, 1) * (22 + 140 * rise)
        y = 262 - 270 * rise + paper.chance.uniform(-14, 14)
        paper.disc(x, y, 24 + 58 * rise, between("#6b4a5c", "#3c2b40", paper.chance.random()))
    paper.ridge(520, 150, "#6d4458", 0.45)
    slope = [(120.0, 675.0), (420.0, 420.0), (540.0, 262.0), (572.0, 274.0), (604.0, 262.0)]
    slope += [(640.0, 272.0), (672.0, 260.0), (800.0, 430.0), (1120.0, 675.0)]
    paper.shape(slope, "#2b2338")
    paper.shape([(540, 262), (572, 274), (604, 262), (640, 272), (672, 260), (606, 250)], OCHRE)
    for start, drift, width in ((574, -0.34, 6), (606, 0.04, 10), (640, 0.42, 7)):
        flow = [(start + drift * y + 7 * sin(y / 19 + start), 266.0 + y) for y in range(0, 190, 6)]
        paper.line(flow, width, CORAL)
    paper.swell(612, 18, 1.6, "#1d1a2c")
    paper.swell(650, 12, 2.3, "#14131f")


def glacier(paper: Paper) -> None:
    """A wall of ice above dark water."""
    paper.fade("#cfe0e6", CREAM, end=360)
    paper.ridge(300, 190, "#9db7c4", 0.5)
    paper.ridge(340, 120, "#7f9fb3", 0.5)
    x = -30.0
    while x < WIDTH:
        wide = paper.chance.uniform(44, 96)
        top = 262 + 34 * sin(x / 190) + paper.chance.uniform(-24, 24)
        face = between("#f4fafa", "#8cbfd1", paper.chance.uniform(0, 0.75))
        paper.shape([(x, 520), (x, top + 16), (x + wide * 0.4, top), (x + wide, 520)], face)
        side = between(face, BLUE, 0.45)
        paper.shape(
            [(x + wide * 0.4, top), (x + wide, top + 24), (x + wide, 520), (x + wide * 0.62, 520)],
            side,
        )
        x += wide * 0.8
    paper.fade("#2b5b76", NAVY, start=505)
    for _ in range(26):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(525, 660)
        paper.line([(x, y), (x + (y - 440) * 0.6, y)], 2, "#6fa3b8")
    for x, y, size in ((210, 560, 46), (870, 588, 70), (560, 540, 28)):
        paper.shape([(x, y), (x + size, y - size * 0.7), (x + size * 1.9, y)], "#eef6f6")
        paper.shape([(x + size, y - size * 0.7), (x + size * 1.9, y), (x + size, y)], "#a5cbd8")


def hairpins(paper: Paper) -> None:
    """A road that climbs in bends."""
    paper.fade("#cfe3e4", CREAM, end=300)
    paper.ridge(270, 210, "#a9c4c0", 0.5)
    paper.ridge(330, 190, "#6f9c8c", 0.5)
    peak = [(-20.0, 560.0), (150.0, 500.0), (330.0, 330.0), (470.0, 236.0), (560.0, 150.0)]
    peak += [(610.0, 132.0), (690.0, 190.0), (800.0, 300.0), (980.0, 430.0), (1220.0, 540.0)]
    paper.shape([(-20, HEIGHT), *peak, (1220, HEIGHT)], "#4d8570")
    paper.shape(
        [
            (610, 132),
            (690, 190),
            (800, 300),
            (980, 430),
            (1220, 540),
            (1220, 675),
            (700, 675),
            (620, 480),
            (660, 330),
        ],
        "#3a725d",
    )
    turns = [(606.0, 150.0), (640.0, 186.0), (548.0, 226.0), (690.0, 272.0), (474.0, 326.0)]
    turns += [(770.0, 392.0), (372.0, 466.0), (890.0, 560.0), (240.0, 700.0)]
    for number, (one, other) in enumerate(pairwise(turns)):
        width = 4 + number * 4.2
        for extra, colour in ((3 + number, "#20503f"), (0, SAND)):
            paper.line([one, other], width + extra, colour)
            paper.disc(*one, (width + extra) / 2, colour)
            paper.disc(*other, (width + extra) / 2, colour)
    for _ in range(80):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(520, 664)
        if x < 200 or x > 960:
            size = 5 + (y - 480) * 0.06
            paper.shape([(x - size, y), (x, y - size * 3.2), (x + size, y)], "#1a463a")


def rock_tombs(paper: Paper) -> None:
    """Doorways cut into red cliffs."""
    paper.fade("#9fc3cf", CREAM, end=330)
    paper.ridge(330, 120, "#dca986", 0.4)
    for left, right, top, colour in (
        (-40, 520, 170, "#c9744d"),
        (420, 900, 120, "#bb6543"),
        (820, 1260, 200, "#cf8159"),
    ):
        cliff = [(left, 640), (left + 30, top + 40), (left + 110, top), (right - 90, top + 16)]
        paper.shape([*cliff, (right - 20, top + 70), (right, 640)], colour)
        for band in range(6):
            y = top + 70 + band * 62
            paper.line([(left + 24, y), (right - 14, y + 12)], 5, between(colour, RUST, 0.45))
    for x, base, size in ((160, 600, 1.0), (330, 600, 0.7), (650, 610, 1.35), (1020, 604, 0.95)):
        wide, tall = 92 * size, 190 * size
        paper.box(x - wide, base - tall, wide * 2, tall, "#e0a27b")
        paper.shape(
            [(x - wide, base - tall), (x, base - tall - 56 * size), (x + wide, base - tall)],
            "#e8b48f",
        )
        for pillar in (-0.86, 0.62):
            paper.box(x + wide * pillar, base - tall, wide * 0.24, tall, "#c98560")
        paper.box(x - wide * 0.34, base - tall * 0.68, wide * 0.68, tall * 0.68, "#4a2a2c")
    paper.fade("#e3bd92", "#cf9a6c", start=600)


def tunnel(paper: Paper) -> None:
    """A tunnel mouth in a mountain."""
    paper.fade("#b7d0d2", CREAM, end=300)
    paper.ridge(330, 240, "#7ea596", 0.48)
    for step in range(14):
        paper.oval(
            620, 760 + step * 34, 760 - step * 10, 560, between("#47826b", "#1f5043", step / 13)
        )
    for radius, colour in ((215, STONE), (186, "#6f6c64"), (168, "#14181a")):
        paper.disc(600, 470, radius, colour)
        paper.box(600 - radius, 470, radius * 2, HEIGHT, colour)
    for lamp in range(5):
        reach = 132 - lamp * 26
        for side in (-1, 1):
            paper.disc(600 + side * reach, 420 + lamp * 14, 9 - lamp * 1.4, OCHRE)
    paper.fade("#59554c", "#3d3a34", start=610)
    for side in (-1, 1):
        paper.line([(600 + side * 12, 520), (600 + side * 120, 690)], 8, "#a9a59a")
    for sleeper in range(7):
        y, half = 545 + sleeper * sleeper * 3.6, 26 + sleeper * 17
        paper.line([(600 - half, y), (600 + half, y)], 5 + sleeper, "#2b2823")


SCENES = {
    "volcano": volcano,
    "glacier": glacier,
    "hairpins": hairpins,
    "rock-tombs": rock_tombs,
    "tunnel": tunnel,
}

"""Pictures of towns, by day and by night."""

from math import pi, sin

from digest.sample.drawing.paper import (
    CORAL,
    CREAM,
    HEIGHT,
    INK,
    NAVY,
    OCHRE,
    PETROL,
    RUST,
    SAND,
    TEAL,
    WIDTH,
    Paper,
    between,
)


def towers(
    paper: Paper, base: float, tall: tuple[float, float], colour: str, lit: str, share: float
) -> None:
    """A row of buildings with some windows lit."""
    x = -20.0
    while x < WIDTH:
        wide = paper.chance.uniform(54, 112)
        top = base - paper.chance.uniform(*tall)
        paper.box(x, top, wide, HEIGHT, colour)
        kind = paper.chance.random()
        if kind < 0.2:
            paper.line([(x + wide / 2, top), (x + wide / 2, top - 54)], 4, colour)
        elif kind < 0.4:
            paper.shape([(x, top), (x + wide, top), (x + wide, top - 36)], colour)
        elif kind < 0.55:
            paper.box(x + wide * 0.25, top - 22, wide * 0.5, 24, colour)
        for row in range(int((base - top) // 24)):
            for column in range(int((wide - 16) // 17)):
                if paper.chance.random() < share:
                    paper.box(x + 11 + column * 17, top + 14 + row * 24, 8, 12, lit)
        x += wide + paper.chance.choice((0, 0, 8, 18))


def night_skyline(paper: Paper) -> None:
    """Lit windows under the moon."""
    paper.fade("#15254a", "#6b6a96", end=600)
    paper.stars(80, 330)
    paper.sun(270, 170, 62, "#f4ead0")
    towers(paper, 640, (180, 400), "#3b4a78", "#8f8fae", 0.25)
    towers(paper, 675, (110, 300), "#1f2c54", "#f0c566", 0.32)
    towers(paper, 675, (40, 130), "#101a36", "#f4d58a", 0.2)


def dawn_skyline(paper: Paper) -> None:
    """Towers in the first light."""
    paper.fade("#b9b4d6", "#fbdcc3", end=520)
    paper.sun(810, 380, 92, "#fff0d8")
    paper.ridge(520, 200, "#cfa9b8", 0.42)
    towers(paper, 660, (180, 340), "#b68fa6", "#d8b3bd", 0.3)
    towers(paper, 675, (100, 240), "#82668b", "#f7d9b0", 0.1)
    towers(paper, 675, (30, 110), "#4c4468", "#f9dfb4", 0.08)


def lagoon(paper: Paper) -> None:
    """A city mirrored in still water, with its bridge."""
    water = 430
    paper.fade("#e9b27c", "#f8e6c4", end=water)
    paper.sun(930, 300, 64, "#fff2cd")
    x = 20.0
    while x < 760:
        wide, tall = paper.chance.uniform(34, 80), paper.chance.uniform(50, 210)
        colour = between("#96675a", "#5a4a5c", paper.chance.random())
        paper.box(x, water - tall, wide, tall, colour)
        for row in range(int(tall // 22)):
            paper.box(x + 8, water - tall + 9 + row * 22, wide - 16, 6, between(colour, SAND, 0.35))
        x += wide + paper.chance.choice((0, 4, 12))
    paper.fade("#d9b48c", "#3d6f74", start=water)
    for _ in range(240):
        y = water + 190 * paper.chance.random() ** 1.4 + 6
        x = paper.chance.uniform(0, 760)
        paper.line([(x, y), (x + paper.chance.uniform(20, 70), y)], 3, "#6b515a70")
    for band in range(13):
        y = water + 12 + band * 15
        paper.line([(930 - 60 + band * 2, y), (930 + 60 - band * 2, y)], 4, "#fff0c8b0")
    paper.line([(380, water + 12), (1210, water - 52)], 10, "#4a3a48")
    for pier in range(9):
        x = 440 + pier * 92
        paper.box(x, water + 6 - pier * 7, 9, 50 + pier * 7, "#4a3a48")
    for x, y, size in ((200, 560, 1.0), (520, 610, 1.3)):
        paper.shape(
            [
                (x - 70 * size, y),
                (x + 80 * size, y - 6),
                (x + 56 * size, y + 16 * size),
                (x - 50 * size, y + 16 * size),
            ],
            "#2c2a38",
        )
        paper.line([(x, y), (x, y - 46 * size)], 6 * size, "#2c2a38")
        paper.disc(x, y - 52 * size, 9 * size, "#2c2a38")


def night_train(paper: Paper) -> None:
    """A train on a viaduct under stars."""
    paper.fade("#0e1a38", "#4b6a8d", end=560)
    paper.stars(150, 330)
    paper.ridge(470, 160, "#2e4769", 0.46)
    paper.ridge(560, 120, "#20344f", 0.44)
    deck = 392
    for x in range(-60, 1260, 132):
        paper.box(x - 15, deck, 30, HEIGHT, "#6b6f80")
        paper.box(x + 5, deck, 10, HEIGHT, "#4f5366")
    paper.box(0, deck, WIDTH, 74, "#6b6f80")
    for x in range(6, 1260, 132):
        paper.oval(x, deck + 78, 51, 50, "#20344f")
    paper.box(0, deck, WIDTH, 12, "#8b8f9d")
    for car in range(5):
        x = -70 + car * 236
        paper.box(x, deck - 74, 226, 66, "#7d2f35" if car % 2 else NAVY)
        paper.box(x, deck - 24, 226, 6, OCHRE)
        for window in range(6):
            paper.box(x + 15 + window * 35, deck - 60, 23, 25, "#f9dc8f")
    paper.shape(
        [
            (1110, deck - 74),
            (1152, deck - 74),
            (1190, deck - 30),
            (1190, deck - 8),
            (1110, deck - 8),
        ],
        "#7d2f35",
    )
    paper.shape([(1190, deck - 26), (1205, deck - 40), (1205, deck)], "#fbe9b5")
    paper.swell(628, 14, 1.4, "#101d33")


def mountain_town(paper: Paper) -> None:
    """Houses with warm windows below snow."""
    paper.fade("#5f7fa8", "#f0d6c4", end=450)
    peaks = paper.ridge(430, 330, "#e8eef2", 0.52)
    paper.shape(
        [(0, HEIGHT), *[(x, y + 62 + 26 * sin(x / 37)) for x, y in peaks], (WIDTH, HEIGHT)],
        "#8ea6bd",
    )
    paper.ridge(470, 150, "#5c7a8c", 0.45)
    paper.swell(470, 26, 1.1, "#41605f")
    for row, colour in ((0, "#c7a186"), (1, "#b5755a"), (2, "#8c4f45")):
        x = -30.0 + row * 20
        while x < WIDTH:
            wide, tall = (
                paper.chance.uniform(58, 100) * (1 + row * 0.2),
                paper.chance.uniform(58, 104),
            )
            base = 545 + row * 66
            wall = between(colour, paper.chance.choice((CREAM, RUST, SAND)), 0.3)
            paper.box(x, base - tall, wide, HEIGHT, wall)
            paper.shape(
                [
                    (x - 9, base - tall),
                    (x + wide / 2, base - tall - 36),
                    (x + wide + 9, base - tall),
                ],
                between("#6b3b3a", INK, row * 0.15),
            )
            for window in range(int(wide // 30)):
                paper.box(
                    x + 11 + window * 29,
                    base - tall + 18,
                    13,
                    20,
                    "#fbdc92" if paper.chance.random() < 0.6 else "#5b4a4c",
                )
            x += wide + paper.chance.uniform(2, 16)
    flags = [(60 + t * 108, 424 + 60 * sin(pi * t / 10)) for t in range(11)]
    paper.line(flags, 2, CREAM)
    for number, (x, y) in enumerate(flags[1:-1]):
        for step in range(3):
            colour = (CORAL, CREAM, TEAL, OCHRE, "#47749b")[(number * 3 + step) % 5]
            paper.box(x + step * 32 - 30, y + 2, 20, 25, colour)


def stepwell(paper: Paper) -> None:
    """Stairs down to green water."""
    paper.box(0, 0, WIDTH, HEIGHT, "#e9c48d")
    levels = 9
    for level in range(levels):
        share = level / levels
        left, top = 520 * share, 292 * share
        wide, tall = WIDTH - 2 * left, 675 - 2 * top
        colour = between("#e9c48d", "#7b4f38", share)
        paper.box(left, top, wide, tall, colour)
        paper.box(left, top, wide, 7, between(colour, CREAM, 0.4))
        paper.box(left, top, 9, tall, between(colour, CREAM, 0.22))
        paper.box(left + wide - 9, top, 9, tall, between(colour, INK, 0.2))
        paper.box(left, top + tall - 7, wide, 7, between(colour, INK, 0.28))
        steps = 8 - level // 2
        for number in range(steps):
            x = left + wide * (number + 0.5) / steps
            size = 25 * (1 - share * 0.7)
            for edge, shade in ((top + 6, 0.34), (top + tall - 8 - size, 0.16)):
                paper.shape(
                    [(x - size, edge + size), (x, edge), (x, edge + size)],
                    between(colour, INK, shade),
                )
                paper.shape(
                    [(x + size, edge + size), (x, edge), (x, edge + size)],
                    between(colour, CREAM, 0.35),
                )
    paper.box(462, 260, 276, 155, PETROL)
    paper.box(462, 260, 276, 34, "#1d4a40")
    for ring in range(3):
        paper.arc(610, 350, 24 + ring * 30, 9 + ring * 11, 3, "#6fb09c")


SCENES = {
    "night-skyline": night_skyline,
    "dawn-skyline": dawn_skyline,
    "lagoon": lagoon,
    "night-train": night_train,
    "mountain-town": mountain_town,
    "stepwell": stepwell,
}

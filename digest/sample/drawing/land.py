"""Pictures of land: fields, deserts, forests."""

from math import cos, pi, sin

from digest.sample.drawing.paper import (
    CORAL,
    CREAM,
    HEIGHT,
    INK,
    MIST,
    NIGHT,
    OCHRE,
    PETROL,
    PINE,
    RUST,
    SAND,
    SKY,
    TEAL,
    WIDTH,
    Paper,
    between,
)


def rows(paper: Paper, *, sky: tuple[str, str], hills: tuple[str, str], crop: str) -> None:
    """A ploughed field that runs to the horizon."""
    horizon = 330
    paper.fade(*sky, end=horizon)
    paper.sun(880, 190, 62, OCHRE)
    paper.ridge(horizon + 30, 150, hills[0], 0.42)
    paper.swell(horizon + 6, 26, 1.4, hills[1])
    paper.swell(horizon + 34, 10, 2.2, between(crop, INK, 0.35))
    vanish = (690.0, horizon + 30.0)
    for row in range(-17, 26):
        left = row * 105 - 150
        lane = [vanish, (left, HEIGHT), (left + 58, HEIGHT)]
        paper.shape(lane, between(crop, CREAM, 0.12 if row % 2 else 0.0))
    for tree in range(16):
        x = tree * 78 + paper.chance.uniform(-24, 24)
        y, size = horizon + 34, paper.chance.uniform(11, 24)
        paper.oval(x, y, size, size * 0.8, between(crop, INK, 0.58))


def dunes(paper: Paper, *, sky: tuple[str, str], sand: tuple[str, str], moon: bool) -> None:
    """Waves of sand below a sun, or below a crescent and stars."""
    paper.fade(*sky, end=420)
    if moon:
        paper.stars(130, 380)
        paper.disc(900, 150, 58, CREAM)
        paper.disc(874, 138, 52, between(*sky, 0.33))
    else:
        paper.sun(330, 300, 66, CREAM)
    for step in range(5):
        share = step / 4
        outline = paper.swell(
            380 + step * 66, 34 + step * 9, 0.8 + step * 0.22, between(*sand, share)
        )
        shade = [(x, y + 26 + 30 * sin(x / 170 + step)) for x, y in outline]
        dark = between(between(*sand, share), NIGHT, 0.14)
        paper.shape([*outline, *reversed(shade)], dark)


def river(paper: Paper) -> None:
    """Meanders through forest, from above."""
    paper.box(0, 0, WIDTH, HEIGHT, PINE)
    for _ in range(620):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(0, HEIGHT)
        colour = between(PINE, paper.chance.choice((INK, PETROL, TEAL)), 0.42)
        paper.disc(x, y, paper.chance.uniform(16, 34), colour)
    course = [
        (x, 350 + 150 * sin(x / 165) * (0.6 + x / 2400) + 40 * sin(x / 61))
        for x in range(-60, 1290, 6)
    ]
    for width, colour in ((128, "#2f6e5c"), (112, SAND), (92, "#3d7f93"), (54, "#5b9cab")):
        paper.line(course, width, colour)
        for x, y in course[::4]:
            paper.disc(x, y, width / 2, colour)


def steppe(paper: Paper) -> None:
    """Sound as rings over grassland."""
    paper.fade(SKY, CREAM, end=470)
    for ring in range(11, 0, -1):
        colour = between(OCHRE, CREAM, ring / 11)
        paper.disc(640, 452, ring * 46, between(colour, SKY, 0.25 if ring % 2 else 0.05))
    paper.disc(640, 452, 40, CORAL)
    paper.ridge(500, 70, "#8fb3a0", 0.4)
    for step in range(4):
        base = 486 + step * 52
        paper.swell(base, 16, 1.1 + step * 0.3, between("#7fa56e", PINE, step / 3.4))
    for x, y, size in ((290, 505, 40), (380, 514, 28)):
        paper.shape([(x - size, y), (x, y - size * 0.75), (x + size, y)], CREAM)
        paper.box(x - size * 0.85, y - 2, size * 1.7, size * 0.5, "#efe3c8")
        paper.box(x - size * 0.18, y, size * 0.36, size * 0.48, RUST)


def night_forest(paper: Paper) -> None:
    """Bats in front of the moon."""
    paper.fade(NIGHT, "#34597a", end=620)
    paper.stars(90, 420)
    paper.sun(640, 270, 132, "#f3e6bf")
    paper.disc(600, 240, 24, "#e6d5a4")
    paper.disc(690, 310, 34, "#e6d5a4")
    for layer, colour in ((0, "#274663"), (1, "#1a3048"), (2, "#0d1a2b")):
        x = -20.0
        while x < WIDTH + 30:
            tall = paper.chance.uniform(110, 210) * (0.75 + layer * 0.28)
            base = 600 + layer * 50
            for step in range(4):
                wide = tall * 0.09 * (step + 1.2)
                top = base - tall + step * tall * 0.2
                paper.shape(
                    [(x - wide, top + tall * 0.3), (x, top), (x + wide, top + tall * 0.3)], colour
                )
            x += paper.chance.uniform(34, 66)
        paper.box(0, 570 + layer * 42, WIDTH, HEIGHT, colour)
    for x, y, size in (
        (520, 200, 30),
        (720, 160, 42),
        (420, 290, 22),
        (830, 250, 26),
        (610, 330, 20),
    ):
        paper.shape(_bat(x, y, size), NIGHT)


def _bat(x: float, y: float, size: float) -> list[tuple[float, float]]:
    half = [(0, -0.25), (0.12, -0.42), (0.2, -0.2), (0.7, -0.55), (1.3, -0.1), (0.95, -0.1)]
    half += [(0.8, 0.15), (0.5, 0.02), (0.3, 0.25), (0, 0.4)]
    right = [(x + dx * size, y + dy * size) for dx, dy in half]
    return right + [(2 * x - px, py) for px, py in reversed(right)]


def dishes(paper: Paper) -> None:
    """Radio telescopes that listen to a starry sky."""
    paper.fade(NIGHT, "#7a4a5e", end=520)
    paper.stars(240, 430)
    for _ in range(420):
        x = paper.chance.uniform(0, WIDTH)
        y = 330 - x * 0.24 + 26 * sin(x / 130) + paper.chance.gauss(0, 34)
        paper.disc(x, y, paper.chance.choice((0.9, 1.2, 1.7)), "#e9d9e4")
    paper.ridge(540, 70, "#4b3046", 0.4)
    paper.swell(552, 10, 1.2, "#2c2136")
    for x, y, size in ((1010, 540, 50), (800, 552, 74), (170, 548, 62), (480, 590, 150)):
        paper.shape([(x - size * 0.5, y), (x, y - size * 0.9), (x + size * 0.5, y)], "#1b1629")
        bowl = [
            (
                x + size * (cos(a) * 0.99 + sin(a) * 0.3),
                y - size * 1.25 + size * (sin(a) * 0.5 - cos(a) * 0.42),
            )
            for a in (step * pi / 40 for step in range(80))
        ]
        paper.shape(bowl, "#efe7dc")
        inner = [(px + size * 0.05, py - size * 0.07) for px, py in bowl]
        paper.shape(
            [
                (x + (px - x) * 0.86, y - size * 1.3 + (py - y + size * 1.3) * 0.86)
                for px, py in inner
            ],
            "#b9b3bd",
        )
        tip = (x + size * 0.42, y - size * 2.0)
        paper.line([(x - size * 0.5, y - size * 1.12), tip], size * 0.035, CREAM)
        paper.line([(x + size * 0.75, y - size * 1.5), tip], size * 0.035, CREAM)
        paper.disc(*tip, size * 0.08, CORAL)
    paper.swell(612, 10, 0.8, "#191426")


def mangrove(paper: Paper) -> None:
    """Stems on stilts in calm water."""
    paper.fade("#dfe9d2", "#9cc4ae", end=430)
    paper.disc(860, 200, 78, "#f6f1d8")
    for depth, colour in ((0, "#9dbfa6"), (1, "#5f9781"), (2, "#1f5747")):
        water = 400 + depth * 48
        for _ in range(9 - depth * 2):
            x = paper.chance.uniform(0, WIDTH)
            size = 0.6 + depth * 0.42
            for _ in range(9):
                dx, dy = paper.chance.uniform(-80, 80), paper.chance.uniform(-46, 36)
                paper.oval(
                    x + dx * size, water - 190 * size + dy * size, 54 * size, 32 * size, colour
                )
            paper.line([(x, water - 190 * size), (x, water - 66 * size)], 11 * size, colour)
            for root in (-3, -2, -1, 0, 1, 2, 3):
                foot = x + root * 19 * size
                bend = [
                    (x, water - 78 * size),
                    (x + root * 14 * size, water - 50 * size),
                    (foot, water + 8),
                ]
                paper.line(bend, 4.6 * size, colour)
    paper.fade("#4d8f7d", PINE, start=500)
    for _ in range(60):
        x, y = paper.chance.uniform(-50, WIDTH), paper.chance.uniform(510, 665)
        paper.line(
            [(x, y), (x + paper.chance.uniform(40, 150), y)],
            2.4,
            paper.chance.choice((MIST, "#2a6a59")) + "90",
        )


def marsh(paper: Paper) -> None:
    """Reeds, still water, birds."""
    paper.fade("#f1cf8c", CREAM, end=360)
    paper.sun(760, 268, 70, "#fff3cf")
    paper.swell(352, 8, 1.5, "#b59a5c")
    paper.fade("#efd59d", "#5f8f83", start=360)
    for band in range(18):
        y = 372 + band * band * 0.9
        half = 76 - band * 1.6
        x = 760 + paper.chance.uniform(-12, 12)
        paper.line([(x - half, y), (x + half, y)], 3.4, "#fff6dc")
    for x, y, size in (
        (300, 150, 22),
        (360, 190, 16),
        (250, 205, 14),
        (430, 130, 18),
        (500, 176, 12),
    ):
        wing = [(x - size, y - size * 0.5), (x - size * 0.4, y - size * 0.55), (x, y)]
        paper.line(
            [*wing, (x + size * 0.4, y - size * 0.55), (x + size, y - size * 0.5)], 3, "#5a4a36"
        )
    for depth, colour in ((0, "#8b8a4f"), (1, "#4f6a45"), (2, "#1e3f35")):
        for _ in range(60 - depth * 6):
            x = paper.chance.choice((paper.chance.gauss(150, 130), paper.chance.gauss(1090, 110)))
            base, tall = 470 + depth * 105, paper.chance.uniform(90, 190) * (0.7 + depth * 0.42)
            lean = paper.chance.uniform(-0.16, 0.16) * tall
            tip = (x + lean, base - tall)
            paper.line([(x, base), (x + lean * 0.3, base - tall * 0.6), tip], 3 + depth, colour)
            if paper.chance.random() < 0.4:
                paper.oval(
                    tip[0], tip[1], 4 + depth * 1.6, 17 + depth * 5, between(colour, RUST, 0.55)
                )
    paper.shape([(390, 452), (470, 448), (486, 462), (400, 466)], "#3b2f2a")
    paper.disc(476, 446, 11, "#3b2f2a")


def crop_fields(paper: Paper) -> None:
    """Cocoa: green rows in the morning."""
    rows(paper, sky=(SKY, CREAM), hills=("#8db7a3", "#5d9a80"), crop="#3f8a5f")


def vineyard(paper: Paper) -> None:
    """Vines in autumn below blue mountains."""
    rows(paper, sky=("#bcd3df", "#f8e3c6"), hills=("#6d8bab", "#9a7a62"), crop="#c2823a")


def salt_desert(paper: Paper) -> None:
    """Pale dunes in pink light."""
    dunes(paper, sky=("#c9a7b5", "#f8dcc4"), sand=("#f6e4d3", "#d4937c"), moon=False)


def incense_night(paper: Paper) -> None:
    """Blue dunes under a crescent."""
    dunes(paper, sky=("#0f1a36", "#4a5f8f"), sand=("#6079a3", "#16223f"), moon=True)


SCENES = {
    "cocoa-rows": crop_fields,
    "vineyard": vineyard,
    "salt-desert": salt_desert,
    "incense-night": incense_night,
    "river": river,
    "steppe": steppe,
    "night-forest": night_forest,
    "radio-dishes": dishes,
    "mangrove": mangrove,
    "marsh": marsh,
}

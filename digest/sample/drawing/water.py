"""Pictures of the sea and its shores."""

from math import cos, pi, sin

from digest.sample.drawing.paper import (
    BLUE,
    CORAL,
    CREAM,
    INK,
    NAVY,
    NIGHT,
    OCHRE,
    RUST,
    SAND,
    SKY,
    WIDTH,
    Paper,
    between,
)


def ferry(paper: Paper) -> None:
    """A ship below a grey sky, a lighthouse far off."""
    paper.fade("#44566b", "#c7b8a8", end=400)
    for cloud in range(16):
        x, y = paper.chance.uniform(0, WIDTH), 60 + cloud * 13
        paper.oval(x, y, paper.chance.uniform(120, 260), 24, "#52647a")
    paper.shape([(930, 400), (1010, 378), (1200, 366), (1200, 400)], "#39465a")
    paper.shape([(1034, 376), (1040, 296), (1056, 296), (1062, 376)], CREAM)
    paper.box(1036, 330, 24, 14, RUST)
    paper.disc(1048, 288, 11, OCHRE)
    paper.shape([(1048, 288), (700, 232), (700, 300)], "#f3d79a38")
    paper.fade("#3c5a70", "#18293d", start=398)
    hull = [(330.0, 396.0), (880.0, 396.0), (838.0, 470.0), (384.0, 470.0)]
    paper.shape(hull, CREAM)
    paper.shape([(364, 440), (857, 440), (838, 470), (384, 470)], RUST)
    paper.shape([(400, 396), (414, 338), (800, 338), (826, 396)], "#f1e6d2")
    paper.shape([(470, 338), (480, 292), (690, 292), (712, 338)], "#e5d7bd")
    paper.shape([(600, 292), (606, 236), (658, 236), (668, 292)], CORAL)
    paper.box(604, 250, 58, 12, CREAM)
    for x in range(426, 800, 32):
        paper.box(x, 356, 19, 17, NAVY)
    for x in range(494, 690, 30):
        paper.box(x, 306, 18, 15, NAVY)
    for x in range(400, 850, 40):
        paper.disc(x, 418, 6, NAVY)
    for layer in range(5):
        paper.swell(
            468 + layer * 46,
            12 + layer * 2.5,
            3.6 - layer * 0.4,
            between("#35546b", "#101d30", layer / 4),
        )


def lake_sunrise(paper: Paper) -> None:
    """A great sun over still water."""
    paper.fade("#e9a07a", "#f9e3bd", end=390)
    paper.sun(600, 330, 150, "#f8c463")
    paper.ridge(398, 90, "#a76a62", 0.42)
    paper.swell(384, 12, 1.3, "#7c4f58")
    paper.fade("#f3cf9f", "#6b7d8f", start=392)
    for band in range(20):
        y = 402 + band * 13
        half = 150 * (1 - band / 26) + paper.chance.uniform(-30, 20)
        paper.line([(600 - half, y), (600 + half, y)], 6, between("#fbdc97", "#c9a18b", band / 20))
    for x, y, size in ((300, 505, 1.0), (800, 470, 0.6)):
        paper.shape(
            [
                (x - 80 * size, y),
                (x + 90 * size, y),
                (x + 60 * size, y + 20 * size),
                (x - 56 * size, y + 20 * size),
            ],
            "#33313f",
        )
        paper.line([(x, y), (x, y - 110 * size)], 4, "#33313f")
        paper.shape(
            [(x + 5, y - 108 * size), (x + 70 * size, y - 16 * size), (x + 5, y - 10 * size)],
            "#f5e8d0",
        )
        paper.disc(x - 40 * size, y - 12 * size, 9 * size, "#33313f")


def tide(paper: Paper) -> None:
    """Waves upon waves."""
    paper.fade(SKY, CREAM, end=330)
    paper.disc(950, 150, 56, CREAM)
    for layer in range(7):
        colour = between("#8fc0c9", NAVY, layer / 6)
        outline = paper.swell(250 + layer * 62, 30 + layer * 3, 1.5 + 0.2 * (layer % 3), colour)
        foam = [(x, y + 13) for x, y in outline]
        paper.line(foam, 3 + layer * 0.5, between(colour, CREAM, 0.55))
    paper.swell(498, 22, 1.8, "#243f63")
    paper.swell(560, 26, 1.5, "#1b3152")
    paper.swell(628, 20, 1.9, NIGHT)


def coral(paper: Paper) -> None:
    """Branches on a sea floor."""
    paper.fade("#7fc3cb", "#14466a", end=640)
    for ray in range(7):
        x = 120.0 + ray * 170
        paper.shape([(x, 0), (x + 50, 0), (x - 120, 640), (x - 260, 640)], "#ffffff10")
    paper.swell(590, 20, 1.2, "#1d5576")
    for x, size, colour in (
        (150, 92, "#c95f6e"),
        (330, 70, OCHRE),
        (520, 118, CORAL),
        (760, 84, "#e9a0a0"),
        (930, 122, "#d2694f"),
        (1090, 76, "#f0c079"),
    ):
        _branch(paper, x, 630, size, -pi / 2, size * 0.2, colour)
    for x in (60, 430, 660, 1010, 1160):
        for ring in range(4):
            paper.oval(
                x, 640, 66 - ring * 15, 52 - ring * 12, between("#8d5a86", "#d9a8c4", ring / 3)
            )
    paper.swell(646, 10, 1.7, SAND)
    for _ in range(13):
        x, y = paper.chance.uniform(80, 1100), paper.chance.uniform(110, 330)
        paper.oval(x, y, 17, 8, CREAM)
        paper.shape([(x - 13, y), (x - 27, y - 9), (x - 27, y + 9)], CREAM)


def _branch(
    paper: Paper, x: float, y: float, size: float, turn: float, width: float, colour: str
) -> None:
    if size < 14:
        paper.disc(x, y, width * 0.9, between(colour, CREAM, 0.5))
        return
    tip_x, tip_y = x + size * cos(turn), y + size * sin(turn)
    paper.line([(x, y), (tip_x, tip_y)], width, colour)
    paper.disc(tip_x, tip_y, width / 2, colour)
    for spread in (-0.48, 0.42):
        lean = turn + spread + paper.chance.uniform(-0.16, 0.16)
        _branch(paper, tip_x, tip_y, size * 0.74, lean, width * 0.78, colour)


def turbines(paper: Paper) -> None:
    """Wind turbines on a headland."""
    paper.fade("#9cc4d4", CREAM, end=430)
    for _ in range(7):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(60, 230)
        for puff in range(4):
            paper.oval(x + puff * 46, y + paper.chance.uniform(-9, 9), 54, 19, "#f2f5ee")
    paper.fade("#4f8aa3", "#2d5f80", start=430)
    for _ in range(34):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(438, 620)
        paper.line([(x, y), (x + 46, y)], 2, "#86b4c4")
    paper.shape(
        [(0, 470), (220, 410), (470, 418), (700, 470), (860, 560), (900, 675), (0, 675)], "#5d9a72"
    )
    paper.shape([(0, 560), (300, 500), (560, 520), (800, 600), (840, 675), (0, 675)], "#3b7a5c")
    for x, base, size, turn in (
        (150, 440, 0.8, 0.3),
        (380, 418, 1.15, 1.0),
        (590, 446, 0.7, 1.7),
        (1010, 470, 0.4, 0.6),
        (1100, 470, 0.4, 1.4),
    ):
        top = base - 236 * size
        paper.shape(
            [(x - 6 * size, base), (x - 3 * size, top), (x + 3 * size, top), (x + 6 * size, base)],
            CREAM,
        )
        for blade in range(3):
            a = turn + blade * 2 * pi / 3
            tip = (x + 128 * size * cos(a), top + 128 * size * sin(a))
            side = (x + 30 * size * cos(a + 0.28), top + 30 * size * sin(a + 0.28))
            paper.shape([(x, top), side, tip], "#ffffff")
        paper.disc(x, top, 8 * size, "#c9d3d0")
    paper.box(250, 470, 60, 34, CREAM)
    paper.shape([(242, 470), (280, 444), (318, 470)], RUST)


def port(paper: Paper) -> None:
    """Cranes and containers at sunset."""
    paper.fade("#e38a58", "#f9d9a0", end=470)
    paper.sun(300, 330, 76, "#fbe7b5")
    for foot, size in ((700, 1.2), (930, 1.35), (1120, 1.05)):
        _crane(paper, foot, 520, size)
    colours = (RUST, BLUE, "#3d8577", OCHRE, "#8b4a55", NAVY, "#d9c8a8")
    for column in range(17):
        for level in range(paper.chance.choice((1, 2, 2, 3, 3, 4))):
            x, y = 12.0 + column * 72, 560.0 - level * 36
            colour = paper.chance.choice(colours)
            paper.box(x, y - 36, 69, 34, colour)
            for rib in range(6):
                paper.line(
                    [(x + 8 + rib * 11, y - 33), (x + 8 + rib * 11, y - 6)],
                    2,
                    between(colour, INK, 0.22),
                )
    paper.box(0, 560, WIDTH, 22, "#4a3a3c")
    paper.fade("#8c5d55", "#2d3a50", start=582)
    for _ in range(44):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(592, 668)
        paper.line([(x, y), (x + paper.chance.uniform(30, 90), y)], 2.5, "#e6a877a0")


def _crane(paper: Paper, x: float, base: float, size: float) -> None:
    dark = "#4b3440"
    for leg in (-46, 46):
        paper.line(
            [(x + leg * size, base), (x + leg * 0.7 * size, base - 230 * size)], 10 * size, dark
        )
    paper.line(
        [(x - 44 * size, base - 110 * size), (x + 44 * size, base - 110 * size)], 8 * size, dark
    )
    paper.line(
        [(x - 210 * size, base - 230 * size), (x + 110 * size, base - 230 * size)], 12 * size, dark
    )
    for foot in (-200, 104):
        paper.line([(x, base - 320 * size), (x + foot * size, base - 232 * size)], 4 * size, dark)
    paper.line([(x, base - 320 * size), (x, base - 230 * size)], 8 * size, dark)
    paper.line(
        [(x - 130 * size, base - 228 * size), (x - 130 * size, base - 120 * size)], 3 * size, dark
    )
    paper.box(x - 156 * size, base - 120 * size, 52 * size, 24 * size, RUST)


SCENES = {
    "ferry": ferry,
    "lake-sunrise": lake_sunrise,
    "tide": tide,
    "coral": coral,
    "turbines": turbines,
    "port": port,
}

"""Pictures of things: circuits, cells, cloth, books."""

from math import cos, pi, sin

from digest.sample.drawing.paper import (
    BLUE,
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


def circuit(paper: Paper) -> None:
    """Traces around a chip."""
    paper.fade("#12284a", "#0c1a33", end=HEIGHT)
    lines = ("#2f8f8a", "#3f6fa3", "#e2a640", "#274a78", "#274a78", "#35607f")
    for side, (ux, uy) in enumerate(((1, 0), (-1, 0), (0, 1), (0, -1))):
        for lead in range(-6, 7):
            across = lead * 19
            start = (600 + ux * 130 - uy * across, 338 + uy * 130 + ux * across)
            spread = lead * (30 if ux else 66)
            knee = paper.chance.uniform(50, 130)
            bend = (start[0] + ux * knee, start[1] + uy * knee)
            reach = abs(spread - across)
            turn = (
                bend[0] + ux * reach - uy * (spread - across),
                bend[1] + uy * reach + ux * (spread - across),
            )
            far = paper.chance.uniform(30, 330)
            end = (turn[0] + ux * far, turn[1] + uy * far)
            colour = lines[(lead + side * 2) % len(lines)]
            paper.line([start, bend, turn, end], 5, colour)
            paper.disc(*end, 10, colour)
            paper.disc(*end, 4.4, "#0c1a33")
    paper.box(462, 200, 276, 276, "#e9e2cf")
    paper.box(474, 212, 252, 252, "#1b3355")
    paper.box(520, 258, 160, 160, "#24446e")
    for ring, colour in ((62, "#2f8f8a"), (44, "#e2a640"), (24, "#f3e7c8")):
        paper.arc(600, 338, ring, ring, 6, colour)
    paper.disc(600, 338, 10, CORAL)
    paper.disc(494, 232, 7, "#e9e2cf")


def petri(paper: Paper) -> None:
    """Cultures in a dish."""
    paper.fade("#dfe9e4", "#b8d2ca", end=HEIGHT)
    paper.disc(620, 362, 306, "#8fb3a9")
    paper.disc(600, 340, 306, CREAM)
    paper.disc(600, 340, 284, "#eef3e6")
    placed: list[tuple[float, float, float]] = []
    for _ in range(900):
        size = paper.chance.uniform(12, 66)
        a, far = paper.chance.uniform(0, 2 * pi), paper.chance.uniform(0, 270 - size)
        x, y = 600 + far * cos(a), 340 + far * sin(a)
        if all((x - px) ** 2 + (y - py) ** 2 > (size + other + 5) ** 2 for px, py, other in placed):
            placed.append((x, y, size))
    for x, y, size in placed:
        colour = paper.chance.choice((CORAL, OCHRE, TEAL, PETROL, "#c98aa0", "#7fae9f"))
        paper.disc(x, y, size, between(colour, CREAM, 0.35))
        paper.disc(x, y, size * 0.72, colour)
        paper.disc(x - size * 0.2, y - size * 0.2, size * 0.26, between(colour, INK, 0.4))
    paper.arc(600, 340, 306, 306, 9, "#ffffff")
    paper.line([(1010, 40), (930, 330)], 22, "#f6f3ea")
    paper.line([(1010, 40), (952, 250)], 22, "#9fb9b4")
    paper.line([(932, 322), (924, 352)], 8, "#7d9a95")


def chart(paper: Paper) -> None:
    """Bars that rise, and a line above them."""
    paper.fade("#f8f1e2", "#eddcbd", end=HEIGHT)
    for rule in range(6):
        paper.line([(90, 130 + rule * 90), (1110, 130 + rule * 90)], 2, "#dcc9a3")
    tops = []
    for bar in range(10):
        tall = 90 + bar * 31 + paper.chance.uniform(-34, 34)
        x = 124 + bar * 99
        paper.box(x, 580 - tall, 64, tall, between(TEAL, PETROL, bar / 9))
        paper.box(x + 46, 580 - tall, 18, tall, between("#2f7267", "#0a4338", bar / 9))
        tops.append((x + 32.0, 580 - tall - 66 - 8 * sin(bar)))
    paper.line(tops, 8, CORAL)
    for point in tops:
        paper.disc(*point, 13, CREAM)
        paper.disc(*point, 8.5, RUST)
    paper.box(84, 580, 1032, 7, "#7a6a4b")
    for x, y, turn in ((950, 96, 0.4), (1030, 60, 1.9), (880, 52, 3.0)):
        outline = [
            (x + 30 * cos(a) * (1 - 0.32 * sin(a + turn)), y + 22 * sin(a + turn / 3))
            for a in (step * pi / 16 for step in range(32))
        ]
        paper.shape(outline, "#cf9a5c")


def weave(paper: Paper) -> None:
    """Diamonds in wool."""
    size = 25
    ground = (RUST, "#8e3a31")
    for row in range(HEIGHT // size):
        for column in range(WIDTH // size):
            x, y = column * size, row * size
            band = abs(column % 16 - 8) + abs(row % 14 - 7)
            colour = {0: CREAM, 1: OCHRE, 2: OCHRE, 4: NAVY, 5: NAVY, 7: "#e0b37a", 9: PETROL}.get(
                band, ground[row % 2]
            )
            paper.box(x, y, size, size, between(colour, INK, 0.12))
            if (row + column) % 2:
                paper.box(x + 1, y + 4, size - 2, size - 8, colour)
            else:
                paper.box(x + 4, y + 1, size - 8, size - 2, between(colour, CREAM, 0.1))


def tiles(paper: Paper) -> None:
    """Stars in blue and white."""
    size = 135
    for row in range(5):
        for column in range(9):
            x, y = column * size - 8 + size / 2, row * size + size / 2
            paper.box(x - size / 2, y - size / 2, size, size, "#f3f0e4")
            for turn in range(4):
                a = turn * pi / 2 + pi / 4
                paper.disc(x + 95 * cos(a), y + 95 * sin(a), 46, "#3f78ab")
                paper.disc(x + 95 * cos(a), y + 95 * sin(a), 32, "#dbe6ea")
                paper.disc(x + 95 * cos(a), y + 95 * sin(a), 17, OCHRE)
            paper.shape(_star(x, y, 62, 28), NAVY)
            paper.shape(_star(x, y, 47, 22), BLUE)
            paper.shape(_star(x, y, 28, 13), "#f3f0e4")
            paper.disc(x, y, 8, OCHRE)
            edge = [
                (x - 67, y - 67),
                (x + 67, y - 67),
                (x + 67, y + 67),
                (x - 67, y + 67),
                (x - 67, y - 67),
            ]
            paper.line(edge, 2.5, "#c9c8bd")


def _star(x: float, y: float, outer: float, inner: float) -> list[tuple[float, float]]:
    return [
        (
            x + (inner if i % 2 else outer) * cos(i * pi / 8),
            y + (inner if i % 2 else outer) * sin(i * pi / 8),
        )
        for i in range(16)
    ]


def books(paper: Paper) -> None:
    """Spines on two shelves by lamplight."""
    paper.fade("#3a2a2c", "#241a20", end=HEIGHT)
    paper.disc(600, 120, 560, "#ffcf7d14")
    paper.disc(600, 120, 380, "#ffcf7d18")
    colours = (RUST, OCHRE, PETROL, NAVY, SAND, "#7a4a5e", TEAL, CORAL, "#8a8f5c")
    for shelf in (322, 630):
        x = 14.0
        while x < WIDTH - 40:
            wide, tall = paper.chance.uniform(24, 58), paper.chance.uniform(176, 262)
            colour = paper.chance.choice(colours)
            lean = 28 if paper.chance.random() < 0.07 else 0
            paper.shape(
                [
                    (x + lean, shelf - tall),
                    (x + wide + lean, shelf - tall),
                    (x + wide, shelf),
                    (x, shelf),
                ],
                colour,
            )
            paper.shape(
                [
                    (x + wide * 0.8 + lean, shelf - tall),
                    (x + wide + lean, shelf - tall),
                    (x + wide, shelf),
                    (x + wide * 0.8, shelf),
                ],
                between(colour, INK, 0.25),
            )
            if not lean:
                trim = between(colour, CREAM, 0.55)
                paper.box(x, shelf - tall + 24, wide * 0.8, 6, trim)
                paper.box(x, shelf - tall + 36, wide * 0.8, 3, trim)
                paper.box(x, shelf - 40, wide * 0.8, 6, trim)
            x += wide + lean + paper.chance.choice((1, 2, 3, 3, 18))
        paper.box(0, shelf, WIDTH, 24, "#8a5a3a")
        paper.box(0, shelf + 17, WIDTH, 10, "#5d3a28")


SCENES = {
    "circuit": circuit,
    "petri": petri,
    "chart": chart,
    "weave": weave,
    "tiles": tiles,
    "books": books,
}

"""Pictures of places where people gather."""

from math import cos, pi, sin

from digest.sample.drawing.paper import (
    CREAM,
    HEIGHT,
    NAVY,
    OCHRE,
    STONE,
    WIDTH,
    Paper,
    between,
)


def parliament(paper: Paper) -> None:
    """Rows of seats around an empty floor."""
    paper.fade("#174f44", "#0c332d", end=HEIGHT)
    paper.shape([(0, 0), (WIDTH, 0), (WIDTH, 150), (0, 150)], "#2a6256")
    for window in range(9):
        x = 84.0 + window * 129
        paper.disc(x, 60, 34, "#f1dca6")
        paper.box(x - 34, 60, 68, 90, "#f1dca6")
        paper.line([(x, 26), (x, 150)], 4, "#2a6256")
    middle, floor = 600, 700
    for row in range(7, 0, -1):
        radius = 120 + row * 64
        paper.oval(
            middle, floor, radius * 1.28, radius * 0.9, between("#9b4a3c", "#55261f", row / 7)
        )
        seats = 8 + row * 5
        for seat in range(seats + 1):
            a = pi + pi * seat / seats
            x, y = middle + radius * 1.22 * cos(a), floor + radius * 0.85 * sin(a)
            paper.oval(x, y, 15, 12, between("#d98a5f", "#8a3f33", row / 8))
            paper.oval(x, y - 4, 11, 6, "#f0b98d")
    paper.oval(middle, floor, 150, 104, "#d9c39a")
    paper.oval(middle, floor, 104, 72, "#c7ab78")
    paper.shape([(560, 610), (640, 610), (652, 654), (548, 654)], "#5b3a28")


def courthouse(paper: Paper) -> None:
    """Columns and steps."""
    paper.fade("#8fa9bb", "#e5e3d8", end=520)
    for _ in range(6):
        x, y = paper.chance.uniform(0, WIDTH), paper.chance.uniform(50, 190)
        for puff in range(4):
            paper.oval(x + puff * 50, y, 60, 18, "#b9c7cd")
    paper.shape([(220, 240), (600, 96), (980, 240)], "#f0e7d3")
    paper.shape([(300, 226), (600, 116), (900, 226)], "#d8c9aa")
    paper.arc(600, 184, 30, 30, 7, "#a8946c")
    paper.box(208, 240, 784, 38, "#e6dac0")
    paper.box(208, 270, 784, 8, "#c4b390")
    paper.box(240, 278, 720, 242, "#5f5a58")
    paper.box(552, 356, 96, 164, "#2f2b2e")
    for column in range(8):
        x = 252 + column * 94
        paper.box(x, 278, 40, 242, "#f3ead7")
        paper.box(x + 27, 278, 13, 242, "#cbbd9e")
        paper.box(x - 7, 278, 54, 14, "#e6dac0")
        paper.box(x - 7, 506, 54, 14, "#e6dac0")
    for step in range(6):
        wide = 820 + step * 84
        paper.box(600 - wide / 2, 520 + step * 26, wide, 27, between("#e9dfca", STONE, step / 7))
        paper.box(600 - wide / 2, 541 + step * 26, wide, 5, between("#bfb193", "#6b665e", step / 7))


def arches(paper: Paper) -> None:
    """An arcade with long shadows."""
    paper.fade("#f4dcc0", "#efcfa9", end=HEIGHT)
    paper.fade("#e3a97c", "#c9815a", start=500)
    for number in range(6):
        x = 110 + number * 210
        inside = ("#3e6f78", "#4f8389", "#2f5a66")[number % 3]
        paper.disc(x, 250, 82, "#d89a6c")
        paper.box(x - 82, 250, 164, 252, "#d89a6c")
        paper.disc(x + 10, 256, 72, inside)
        paper.box(x - 62, 256, 144, 246, inside)
        paper.fade_box(x - 62, 392, 144, 110, "#d9cfae", inside)
        paper.shape([(x + 82, 502), (x + 128, 502), (x - 40, 675), (x - 130, 675)], "#a9623f")
    paper.shape([(470, 502), (508, 502), (508, 420), (489, 396), (470, 420)], CREAM)
    paper.box(456, 500, 66, 40, "#f6ead4")
    paper.disc(489, 384, 17, CREAM)


def stadium(paper: Paper) -> None:
    """A pitch under floodlights."""
    paper.fade("#0f2440", "#2c5a6e", end=300)
    for x in (110, 400, 800, 1090):
        paper.line([(x, 90), (x, 260)], 7, "#0b1830")
        paper.box(x - 44, 64, 88, 36, "#0b1830")
        for lamp in range(5):
            paper.disc(x - 32 + lamp * 16, 82, 7, "#fff6d6")
        paper.shape([(x, 84), (x - 230, 420), (x + 230, 420)], "#fff6d616")
    for tier in range(7):
        y = 214 + tier * 22
        paper.shape(
            [(0, y), (WIDTH, y), (WIDTH, y + 24), (0, y + 24)],
            between("#23364f", "#3c5573", tier / 6),
        )
        for x in range(6, WIDTH, 13):
            if paper.chance.random() < 0.75:
                paper.disc(
                    x,
                    y + 9,
                    4.4,
                    paper.chance.choice(("#d9694b", CREAM, "#6e87a3", OCHRE, "#48648a")),
                )
    corners = [(180.0, 368.0), (1020.0, 368.0), (1330.0, 690.0), (-130.0, 690.0)]
    paper.box(0, 364, WIDTH, HEIGHT, "#2a6e46")
    for stripe in range(10):
        left, right = stripe / 10, (stripe + 1) / 10
        top, low = 180 + 840 * left, -130 + 1460 * left
        paper.shape(
            [(top, 368), (180 + 840 * right, 368), (-130 + 1460 * right, 690), (low, 690)],
            "#3b8a55" if stripe % 2 else "#327b4c",
        )
    paper.line([*corners, corners[0]], 5, CREAM)
    paper.line([(600, 368), (600, 690)], 5, CREAM)
    paper.arc(600, 500, 132, 62, 5, CREAM)
    paper.disc(600, 500, 6, CREAM)
    for side in (-1, 1):
        near, far = 600 + side * 560, 600 + side * 400
        paper.line(
            [(600 + side * 468, 418), (far, 418), (600 + side * 520, 600), (near + side * 92, 600)],
            5,
            CREAM,
        )
    paper.disc(690, 470, 9, "#ffffff")
    paper.oval(694, 481, 10, 3, "#1e5637")


def track(paper: Paper) -> None:
    """Running lanes from above."""
    paper.box(0, 0, WIDTH, HEIGHT, "#5c9a63")
    for band in range(12):
        if band % 2:
            paper.box(0, band * 57, WIDTH, 57, "#549059")
    x, y = 330, 760
    for lane in range(9):
        radius = 690 - lane * 52
        paper.disc(x, y, radius, between("#c4573c", "#d87550", lane / 8))
    for lane in range(10):
        paper.arc(x, y, 690 - lane * 52, 690 - lane * 52, 5, CREAM)
    paper.disc(x, y, 220, "#5c9a63")
    for runner, (lane, turn) in enumerate(((1, -0.9), (3, -1.06), (4, -0.72))):
        radius = 690 - lane * 52 - 26
        px, py = x + radius * cos(turn), y + radius * sin(turn)
        paper.oval(px + 15, py + 16, 22, 13, "#7e3325")
        paper.disc(px, py, 19, (OCHRE, NAVY, CREAM)[runner])
        paper.disc(px, py - 2, 10, "#3a2320")


SCENES = {
    "parliament": parliament,
    "courthouse": courthouse,
    "arches": arches,
    "stadium": stadium,
    "track": track,
}

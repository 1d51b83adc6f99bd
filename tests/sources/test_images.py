"""Which picture of those a source offers goes with a story, and which are none."""

import pytest

from digest.model import Image
from digest.sources import images

BASE = "https://e.org/2026/story/"


def picture(width: int | None, name: str = "", **told: str) -> Image:
    return Image(url=f"https://e.org/{name or width}.jpg", width=width, **told)


@pytest.mark.parametrize(
    "url",
    [
        "https://pixel.wp.com/g.gif?blog=1",
        "https://stats.wordpress.com/b.gif",
        "https://feeds.feedburner.com/~r/wire/~4/abc",
        "https://secure.gravatar.com/avatar/0?s=96",
        "https://s.w.org/images/core/emoji/72x72/1f6a2.png",
        "https://ad.doubleclick.net/ddm/trackimp/1",
        "https://www.google-analytics.com/collect?v=1",
        "https://sb.scorecardresearch.com/p?c1=2",
        "https://e.org/assets/spacer.gif",
        "https://e.org/img/1x1.png",
        "https://e.org/track/pixel.gif",
        "https://e.org/logo.svg",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "javascript:alert(1)",
        "file:///etc/passwd",
        " ",
    ],
)
def test_counters_faces_and_traps_are_no_pictures(url: str) -> None:
    assert images.image(url, base=BASE) is None
    markup = f'<p><img src="{url}"><img src="/harbour.jpg" alt="A &amp;amp; B" width=800></p>'
    found = images.inline(markup, BASE)
    assert found == Image(url="https://e.org/harbour.jpg", alt="A & B", width=800)


@pytest.mark.parametrize(("width", "height"), [(1, 1), ("1", ""), (None, 2), ("15px", 400)])
def test_a_pixel_is_known_by_its_size(width: object, height: object) -> None:
    assert images.image("https://e.org/a.jpg", width=width, height=height) is None


@pytest.mark.parametrize(
    ("widths", "chosen"),
    [
        ([300, 1024, 1536, 2048], 1536),
        ([2048, 1200, 4000], 1200),
        ([300, 1199], 1199),
        ([None, 300], 300),
        ([None, None], None),
    ],
)
def test_the_smallest_that_is_twice_as_wide_as_its_slot(
    widths: list[int | None], chosen: int | None
) -> None:
    found = images.best(picture(one) for one in widths)
    assert found is not None
    assert found.width == chosen


@pytest.mark.parametrize(
    ("widths", "original", "chosen"),
    [
        ([300, 1024], 4000, 1024),
        ([300, 1024, 2048], 4000, 2048),
        ([300, 768], 1201, 768),
        ([300, 768], 1200, 1200),
        ([300, 599], 4000, 4000),  # nothing else fills a slot
        ([], 4000, 4000),
        ([1024], None, 1024),
        ([300], None, None),
    ],
)
def test_an_original_only_where_it_is_needed(
    widths: list[int], original: int | None, chosen: int | None
) -> None:
    whole = picture(original, "whole", alt="A view")
    found = images.rendition([*map(picture, widths), whole], whole)
    assert found is not None
    assert found.url == (whole.url if chosen == original else picture(chosen).url)
    assert images.rendition([], None) is None


def test_a_surer_group_goes_first_unless_it_is_too_small() -> None:
    small, large = picture(150), picture(640)
    assert images.first_good([[picture(400)], [large]]) == picture(400)
    assert images.first_good([[small], [large]]) == large
    assert images.first_good([[small], [None]]) == small
    assert images.first_good([[], []]) is None

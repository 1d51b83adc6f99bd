"""A real WordPress, gathered through its REST API and through its feed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.config import load
from digest.model import (
    GatheredSource,
    GatherStatus,
    Look,
    PickOrigin,
    RejectReason,
    SourceMemory,
    StoredStory,
    StoryId,
    StoryState,
)
from digest.sources.login import Login
from digest.sources.look import Looker
from digest.sources.parse import FeedParser
from digest.sources.wordpress import WordPressSettings, WordPressSource
from tests.sources.origin import fetcher
from tests.sources.wordpress_site import WordPressSite

pytestmark = pytest.mark.part("wordpress")
NOW = datetime.now(UTC)

TITLES = [
    "AT&T & Café d’Or",
    "Why the &lt;div&gt; stays & “A < B”",
    "“Quotes” -- and ‘more’… 3×4",
    "नाइजर में बाढ़, हज़ारों विस्थापित",
    "فيضانات في النيجر",
    "Ferry 🛳️ strike ends",
    "C:\\backslash and 'apostrophe'",
]


@pytest.fixture(scope="module")
def site() -> Iterator[WordPressSite]:
    """A site with a post for each title, a sticky, a pick, nested categories and a secret."""
    with WordPressSite() as running:
        for number, title in enumerate(TITLES):
            running.publish(
                title=title,
                content=f"<p>First of {number}.</p>\n\n<p>Then &amp; more.</p>",
                categories=["World > Asia > Japan", "Culture"]
                if number % 2
                else ["World > Africa"],
                tags=["Editors' Pick"] if number == 1 else ["boats"],
                sticky=number == 2,
                image=(1600, 900) if number == 0 else None,
                alt="Blue & calm",
                date=NOW - timedelta(hours=number + 1),
                author="Ana Reis",
            )
        running.publish(title="Secret", content="<p>Hush.</p>", password="sesame")
        yield running


def gather(
    site: WordPressSite, parser: FeedParser, memory: SourceMemory | None = None
) -> GatheredSource:
    settings = WordPressSettings(name="site", url=site.url, pick_tags=("editors-pick",))
    return WordPressSource(settings, fetcher(), parser).gather(memory or SourceMemory(), NOW)


def test_the_rest_road(site: WordPressSite, parser: FeedParser) -> None:
    gathered = gather(site, parser)
    assert (gathered.status, gathered.note) == (GatherStatus.OK, "read through the REST API")
    stories = {story.headline: story for story in gathered.stories}
    assert set(stories) == {
        *(TITLES[n] for n in (0, 3, 4, 5)),
        "Why the <div> stays & “A < B”",
        "“Quotes” — and ‘more’… 3×4",
        "C:\\backslash and ‘apostrophe’",
    }  # WordPress sets typographic signs itself
    assert [reject.reason for reject in gathered.rejects] == [RejectReason.PROTECTED]
    cafe = stories["AT&T & Café d’Or"]
    assert (cafe.categories, cafe.tags, cafe.byline) == (
        ("World > Africa",),
        ("boats",),
        "Ana Reis",
    )
    assert (cafe.text, cafe.standfirst) == (
        "First of 0.\n\nThen & more.",
        "First of 0. Then & more.",
    )
    assert cafe.published_at == (NOW - timedelta(hours=1)).replace(microsecond=0)
    assert cafe.image is not None
    assert (cafe.image.width, cafe.image.alt) == (1536, "Blue & calm")
    div = stories["Why the <div> stays & “A < B”"]
    assert set(div.categories) == {"World > Asia > Japan", "Culture"}
    picks = {story.headline: story.pick for story in gathered.stories if story.pick}
    assert picks == {
        "Why the <div> stays & “A < B”": PickOrigin.TAG,
        "“Quotes” — and ‘more’… 3×4": PickOrigin.STICKY,
    }


def test_unchanged_then_changed(site: WordPressSite, parser: FeedParser) -> None:
    first = gather(site, parser)
    second = gather(site, parser, first.memory)
    assert (second.status, second.stories) == (GatherStatus.NOT_MODIFIED, ())
    site.publish(title="Late edition", date=NOW - timedelta(minutes=5))
    third = gather(site, parser, second.memory)
    assert "Late edition" in {story.headline for story in third.stories}


def test_what_is_trashed_was_taken_back(site: WordPressSite, parser: FeedParser) -> None:
    post = site.publish(title="Published by mistake", date=NOW - timedelta(minutes=3))
    first = gather(site, parser)
    assert "Published by mistake" in {story.headline for story in first.stories}
    site.trash(post)
    second = gather(site, parser, first.memory)
    assert [(one.entry, one.reason) for one in second.rejects if one.entry == str(post)] == [
        (str(post), RejectReason.WITHDRAWN)
    ]


def test_both_roads_give_the_same_stories(site: WordPressSite, parser: FeedParser) -> None:
    """The same names, so that the store keeps one story, and the same words."""
    rest = gather(site, parser)
    site.close_rest()
    try:
        feed = gather(site, parser, rest.memory)
    finally:
        site.close_rest(closed=False)
    assert feed.status is GatherStatus.OK
    assert feed.note.startswith("its REST API answered 401: read through its feed")
    by_name = {alias: story for story in rest.stories for alias in story.aliases}
    assert len(feed.stories) == len(rest.stories)
    assert [reject.reason for reject in feed.rejects] == [RejectReason.PROTECTED]
    for story in feed.stories:
        same = {by_name[alias].headline for alias in story.aliases if alias in by_name}
        assert same == {story.headline}
        twin = next(by_name[alias] for alias in story.aliases if alias in by_name)
        assert set(story.aliases) <= set(twin.aliases)
        for field in ("url", "standfirst", "text", "byline", "published_at", "date_grade"):
            assert getattr(story, field) == getattr(twin, field), field
        names = {name.rpartition(" > ")[2] for name in twin.categories} | set(twin.tags)
        assert set(story.categories) == names
        assert (story.pick is PickOrigin.TAG) == (twin.pick is PickOrigin.TAG)


def test_plain_permalinks_change_no_name(site: WordPressSite, parser: FeedParser) -> None:
    pretty = {alias for story in gather(site, parser).stories for alias in story.aliases[:2]}
    site.option("permalink_structure", "")
    try:
        gathered = gather(site, parser)
    finally:
        site.option("permalink_structure", "/%year%/%monthnum%/%postname%/")
    assert "rest_route" in gathered.memory.root
    assert {alias for story in gathered.stories for alias in story.aliases[:2]} == pretty


def test_the_last_look_at_what_editors_took_back(
    site: WordPressSite, parser: FeedParser, tmp_path: Path
) -> None:
    """Draft, private, under a password and in the bin; by the API, and by pages without it."""
    kinds = ("kept", "draft", "private", "locked", "binned")
    posts = {
        one: site.publish(title=f"Then {one}", content="<p>So.</p>", date=NOW - timedelta(hours=2))
        for one in kinds
    }
    known = [
        StoredStory(
            id=StoryId(kinds.index(one.headline[5:])),
            source="site",
            version=1,
            story=one,
            first_seen_at=NOW,
        )
        for one in gather(site, parser).stories
        if one.headline.startswith("Then ")
    ]
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gather]\nallow_private = ["127.0.0.0/8"]\n[[sources]]\nname = "site"\n'
        f'kind = "wordpress"\nurl = "{site.url}"\n[[editions]]\nslug = "daily"\nname = "Daily"\n'
        '[[editions.sections]]\ntake = "latest"\n'
    )
    looker = Looker(load(config, {}), lambda: NOW)
    assert set(looker(known).values()) == {Look.THERE}
    site.change(posts["draft"], post_status="draft")
    site.change(posts["private"], post_status="private")
    site.change(posts["locked"], post_password="sesame")
    site.trash(posts["binned"])
    told = {"kept": Look.THERE, "locked": Look.PROTECTED}
    expected = {StoryId(n): told.get(one, Look.GONE) for n, one in enumerate(kinds)}
    assert looker(known) == expected
    site.close_rest()
    try:
        assert looker(known) == expected
    finally:
        site.close_rest(closed=False)


def test_an_application_password_shows_what_is_not_out_yet(parser: FeedParser) -> None:
    with WordPressSite() as site:
        site.publish(title="Out", date=NOW - timedelta(hours=1))
        soon = NOW + timedelta(days=1)
        planned = site.publish(title="Tomorrow", date=soon, status="future")
        site.publish(title="Being written", status="draft")

        def gather(user: tuple[str, str] | None) -> GatheredSource:
            login = Login(site=site.url, username=user[0], password=user[1]) if user else None
            settings = WordPressSettings(
                name="site", url=site.url, login=login, statuses=("future", "draft")
            )
            return WordPressSource(settings, fetcher(), parser).gather(SourceMemory(), NOW)

        assert [story.headline for story in gather(None).stories] == ["Out"]
        editor = site.application_password()
        stories = {story.headline: story for story in gather(editor).stories}
        assert {name: story.state for name, story in stories.items()} == {
            "Out": StoryState.LIVE,
            "Tomorrow": StoryState.EMBARGOED,
            "Being written": StoryState.EMBARGOED,
        }
        at = stories["Tomorrow"].published_at
        assert at is not None
        assert abs(at - soon) < timedelta(seconds=1)
        assert stories["Being written"].published_at is None
        refused = gather(site.application_password("subscriber"))
        assert [story.headline for story in refused.stories] == ["Out"]
        assert "asked for drafts, it answered 400" in refused.note
        wrong = gather((editor[0], "wrong"))
        assert "check username, application password" in wrong.note
        # published, it is the same story
        site.publish_now(planned)
        later = {story.headline: story for story in gather(editor).stories}["Tomorrow"]
        assert later.state is StoryState.LIVE
        assert later.aliases[0] == stories["Tomorrow"].aliases[0]

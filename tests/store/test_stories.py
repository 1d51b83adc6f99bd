"""Stories: one each, however many names and sources they have."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from digest.model import Alias, AliasKind, Classification, PickOrigin
from digest.store import stories, windows
from digest.store.engine import writing
from digest.store.windows import SeenReason
from tests.making import NOW, gathered, parsed

HOUR = timedelta(hours=1)


def test_the_same_story_is_kept_once(engine: Engine) -> None:
    with writing(engine) as connection:
        first = stories.keep(connection, gathered(parsed(1), parsed(2)), NOW)
        again = stories.keep(connection, gathered(parsed(1), parsed(2)), NOW + HOUR)
    assert len(first.new) == 2
    assert again.unchanged == first.new


def test_a_changed_story_is_a_new_version(engine: Engine) -> None:
    with writing(engine) as connection:
        (key,) = stories.keep(connection, gathered(parsed(1)), NOW).new
        better = parsed(1, headline="Better")
        assert stories.keep(connection, gathered(better), NOW).updated == (key,)
        kept = stories.get(connection, [key])[key]
    assert (kept.version, kept.story.headline) == (2, "Better")


def test_any_alias_finds_the_story_and_teaches_the_others(engine: Engine) -> None:
    url = Alias(AliasKind.URL, "example.org/1")
    guid = parsed(1).aliases[0]
    with writing(engine) as connection:
        stories.keep(connection, gathered(replace(parsed(1), aliases=(guid, url))), NOW)
        moved = Alias(AliasKind.GUID, "new-guid")
        later = replace(parsed(1), aliases=(moved, url))
        assert not stories.keep(connection, gathered(later), NOW).new
        last = replace(parsed(1), aliases=(moved,), url="https://example.org/new-slug/")
        assert not stories.keep(connection, gathered(last), NOW).new


def test_another_source_adds_a_pick_but_does_not_speak_for_the_story(engine: Engine) -> None:
    with writing(engine) as connection:
        (key,) = stories.keep(connection, gathered(parsed(1)), NOW).new
        copy = parsed(1, headline="The wire's own words", pick=PickOrigin.STICKY)
        kept = stories.keep(connection, gathered(copy, source="site"), NOW)
        assert kept.unchanged == (key,)
        found = windows.window(connection, "daily", ["wire", "site"], NOW - HOUR, NOW)
    assert found.fresh[0].story.headline == "Headline 1"
    assert found.picks == {key: PickOrigin.STICKY}
    assert found.carriers == {key: {"wire", "site"}}


def test_a_pick_taken_back_is_none(engine: Engine) -> None:
    with writing(engine) as connection:
        stories.keep(connection, gathered(parsed(1, pick=PickOrigin.TAG)), NOW)
        stories.keep(connection, gathered(parsed(1)), NOW)
        assert not windows.window(connection, "daily", ["wire"], NOW - HOUR, NOW).picks


def test_the_window_is_what_came_since_and_was_not_seen(engine: Engine) -> None:
    with writing(engine) as connection:
        old = stories.keep(connection, gathered(parsed(1)), NOW - HOUR).new
        new = stories.keep(connection, gathered(parsed(2), parsed(3)), NOW).new
        stories.keep(connection, gathered(parsed(4), source="elsewhere"), NOW)
        windows.mark_seen(connection, "daily", {new[0]: 1}, SeenReason.SENT, NOW)
        found = windows.window(connection, "daily", ["wire"], NOW - HOUR, NOW)
        assert [one.id for one in found.fresh] == [new[1]]
        assert [one.id for one in found.sent] == [new[0]]
        found = windows.window(connection, "other", ["wire"], NOW - 2 * HOUR, NOW)
        assert [one.id for one in found.fresh] == [*old, *new]


def test_marking_twice_is_news_once(engine: Engine) -> None:
    with writing(engine) as connection:
        new = stories.keep(connection, gathered(parsed(1)), NOW).new
        assert (
            windows.mark_seen(connection, "daily", dict.fromkeys(new, 1), SeenReason.SENT, NOW) == 1
        )
        assert (
            windows.mark_seen(connection, "daily", dict.fromkeys(new, 1), SeenReason.SENT, NOW) == 0
        )


def test_a_story_told_anew_after_it_was_sent_comes_with_what_was_sent(engine: Engine) -> None:
    def retold(hours: int) -> list[tuple[str, str]]:
        found = windows.window(connection, "daily", ["wire"], NOW - HOUR, NOW + hours * HOUR)
        return [(now.story.headline, was.headline) for now, was in found.retold]

    with writing(engine) as connection:
        (key,) = stories.keep(connection, gathered(parsed(1)), NOW).new
        windows.mark_seen(connection, "daily", {key: 1}, SeenReason.SENT, NOW)
        assert retold(1) == []
        stories.keep(connection, gathered(parsed(1, headline="Better")), NOW + HOUR)
        assert retold(0) == [], "it changed after this window"
        assert retold(1) == [("Better", "Headline 1")]
        windows.mark_seen(connection, "daily", {key: 2}, SeenReason.SENT, NOW + HOUR)
        assert retold(2) == []


def test_new_rules_and_new_versions_ask_for_a_new_reading(engine: Engine) -> None:
    reading = Classification(countries=("NE",), regions=("africa",), topics=("politics",))
    with writing(engine) as connection:
        (key,) = stories.keep(connection, gathered(parsed(1)), NOW).new
        assert [one.id for one in stories.to_classify(connection, "a", NOW - HOUR)] == [key]
        stories.classify(connection, [(key, reading)], "a")
        assert not stories.to_classify(connection, "a", NOW - HOUR)
        assert stories.get(connection, [key])[key].classification == reading
        assert stories.to_classify(connection, "b", NOW - HOUR)
        stories.keep(connection, gathered(parsed(1, headline="Changed")), NOW)
        assert stories.to_classify(connection, "a", NOW - HOUR)


def test_naive_times_are_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="naive"), writing(engine) as connection:
        stories.keep(connection, gathered(parsed(1)), NOW.replace(tzinfo=None))

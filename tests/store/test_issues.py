"""Issues: one per edition and local date; changed only from the state the caller saw."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from digest.curate import vary
from digest.curate.select import Selector
from digest.errors import NotFoundError, WrongStateError
from digest.model import (
    Hand,
    Hold,
    IssueId,
    IssueState,
    Selected,
    Slot,
    SlotMode,
    StoryId,
    WhenShort,
)
from digest.schedule.occurrences import Occurrence
from digest.store import drafts, issues, variants
from digest.store.drafts import Draft
from digest.store.engine import writing
from tests.making import NOW, candidate, edition, section

YESTERDAY = NOW - timedelta(days=1)
TODAY = Occurrence(local_date=date(2026, 11, 24), at=NOW)
PIN = Slot(
    section="latest",
    position=0,
    story=StoryId(2),
    mode=SlotMode.PINNED,
    reason="pinned by hand",
)
DRAFT = Draft(pool=(candidate(1), candidate(2)), slots=(PIN,))


def test_whoever_asks_gets_the_same_issue(engine: Engine) -> None:
    with writing(engine) as connection:
        first = issues.open_issue(connection, "daily", TODAY)
    with writing(engine) as connection:
        again = issues.open_issue(connection, "daily", replace(TODAY, at=NOW + timedelta(hours=1)))
        other = issues.open_issue(connection, "weekly", TODAY)
    assert first == again
    assert other.id != first.id


def test_a_draft_comes_back_as_it_was(engine: Engine) -> None:
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", TODAY)
        issue = drafts.save(connection, issue, DRAFT, NOW - timedelta(days=1), NOW)
        assert drafts.of(connection, issue.id) == DRAFT
        assert issue.revision == 1
        assert issue.window_to == NOW


def test_the_revision_goes_up_only_with_the_content(engine: Engine) -> None:
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", TODAY)
        for draft, revision in ((DRAFT, 1), (DRAFT, 1), (replace(DRAFT, slots=()), 2)):
            issue = drafts.save(connection, issue, draft, NOW, NOW)
            assert issue.revision == revision


def test_moves_are_compare_and_set(engine: Engine) -> None:
    with writing(engine) as connection:
        seen = issues.open_issue(connection, "daily", TODAY)
        issues.move(connection, seen, IssueState.DRAFTING, "one", NOW)
    with pytest.raises(WrongStateError), writing(engine) as connection:
        issues.move(connection, seen, IssueState.MISSED, "two", NOW)
    with pytest.raises(WrongStateError, match="cannot become sent"), writing(engine) as connection:
        issues.move(connection, seen, IssueState.SENT, "two", NOW)


def test_the_watermark_is_that_of_the_last_issue_that_goes(engine: Engine) -> None:
    with writing(engine) as connection:
        assert issues.watermark(connection, "daily") is None
        issue = issues.open_issue(connection, "daily", TODAY)
        issue = drafts.save(connection, issue, DRAFT, YESTERDAY, NOW)
        for state in (
            IssueState.DRAFTING,
            IssueState.LOCKED,
            IssueState.SENDING,
            IssueState.SENT,
        ):
            gone = issue.state is IssueState.SENDING
            began = YESTERDAY  # where the first began
            assert issues.watermark(connection, "daily") == (NOW if gone else began)
            issue = issues.move(connection, issue, state, "test", NOW)
        assert issues.watermark(connection, "daily") == NOW


@pytest.mark.parametrize(
    ("short", "after"), [(WhenShort.SKIP, NOW), (WhenShort.ROLL_OVER, YESTERDAY)]
)
def test_the_watermark_moves_with_what_is_skipped_for_good(
    engine: Engine, short: WhenShort, after: datetime
) -> None:
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", TODAY)
        issue = drafts.save(connection, issue, DRAFT, YESTERDAY, NOW)
        issue = issues.move(connection, issue, IssueState.SKIPPED, "test", NOW, short=short.value)
        assert issue.short is short
        assert issues.watermark(connection, "daily") == after
        assert drafts.of(connection, issue.id) == DRAFT, "what would have gone"


def test_a_hold_ends_with_the_state(engine: Engine) -> None:
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", TODAY)
        issue = issues.move(connection, issue, IssueState.HELD, "one", NOW, hold=Hold.SOURCES)
        assert issue.hold is Hold.SOURCES
        assert issues.explain(connection, issue, "wire fails").reason == "wire fails"
        after = issues.move(connection, issue, IssueState.DRAFTING, "one", NOW)
        assert (after.hold, after.reason) == (None, "")
        assert issues.explain(connection, issue, "too late").reason == ""


def test_variants_are_kept_once_by_key(engine: Engine) -> None:
    daily = edition(section("latest"))
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", TODAY)
        selector = Selector(daily, DRAFT.pool, ())
        chosen = Selected(sections=selector.select(None) or (), language="en")
        key = vary.key(chosen)
        ids = variants.save(connection, issue.id, {key: chosen})
        assert variants.save(connection, issue.id, {key: chosen}) == ids
        assert variants.selected(connection, issue.id, [key]) == {key: chosen}
        assert variants.count(connection, issue.id) == 1
        with pytest.raises(NotFoundError):
            variants.selected(connection, issue.id, ["other"])
        sheet = vary.sheet(issue, daily, selector.filler, Hand(), chosen.sections, {})
        variants.keep_sheets(connection, [sheet])
        assert variants.sheets(connection, issue.id) == {"en": sheet}
        assert vary.content(sheet, chosen) == vary.vary(issue, daily, DRAFT.pool, Hand(), None, {})


def test_no_such_issue(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="issue=7"), writing(engine) as connection:
        issues.get(connection, IssueId(7))

"""What becomes of an issue at its lock."""

import pytest

from digest.curate import vary
from digest.curate.alerts import kind_of
from digest.curate.lifecycle import fills
from digest.curate.short import Verdict, decide, told
from digest.model import AlertKind, Edition, Hand, Hold, Interest, IssueState, WhenShort
from tests.making import candidate, edition, issue, section

S, W = IssueState, WhenShort


def daily(when_short: WhenShort = W.ROLL_OVER) -> Edition:
    return edition(section("latest"), minimum_stories=3, when_short=when_short)


def test_enough_is_enough_whatever_fails() -> None:
    for rule in W:
        assert decide(daily(rule), 3, ["wire"]) == Verdict(state=S.LOCKED)


@pytest.mark.parametrize(
    ("rule", "stories", "state", "short"),
    [
        (W.ROLL_OVER, 2, S.SKIPPED, W.ROLL_OVER),
        (W.SKIP, 2, S.SKIPPED, W.SKIP),
        (W.QUIET, 2, S.LOCKED, W.QUIET),
        (W.QUIET, 0, S.LOCKED, W.QUIET),
        (W.SEND, 1, S.LOCKED, W.SEND),
        (W.SEND, 0, S.SKIPPED, W.ROLL_OVER),
    ],
)
def test_too_few(rule: WhenShort, stories: int, state: IssueState, short: WhenShort) -> None:
    verdict = decide(daily(rule), stories)
    assert (verdict.state, verdict.short, verdict.hold) == (state, short, None)
    assert "3 needed" in verdict.reason
    held = decide(daily(rule), stories, ["site", "wire"])
    assert (held.state, held.short, held.hold) == (S.HELD, None, Hold.SOURCES)
    assert held.reason.endswith("while sources fail: site, wire")


@pytest.mark.parametrize(
    ("rule", "stories", "short"),
    [(W.SKIP, 1, W.SEND), (W.QUIET, 1, W.SEND), (W.QUIET, 0, W.QUIET), (W.SKIP, 3, None)],
)
def test_an_editor_may_insist(rule: WhenShort, stories: int, short: WhenShort | None) -> None:
    verdict = decide(daily(rule), stories, insisted=True)
    assert (verdict.state, verdict.short) == (S.LOCKED, short)


def test_nobody_may_insist_on_an_empty_mail() -> None:
    for rule in (W.ROLL_OVER, W.SKIP, W.SEND):
        assert decide(daily(rule), 0, insisted=True).state is S.SKIPPED


def test_only_what_waits_for_its_sources_fills_on() -> None:
    assert fills(issue(state=S.HELD, hold=Hold.SOURCES))
    assert not fills(issue(state=S.HELD, hold=Hold.APPROVAL))
    assert not fills(issue(state=S.LOCKED))


def test_what_somebody_should_hear_of() -> None:
    assert kind_of(issue()) is None
    held = issue(state=S.HELD, hold=Hold.SOURCES)
    assert kind_of(held) is AlertKind.HELD_SOURCES_FAILED
    assert kind_of(issue(state=S.HELD, hold=Hold.APPROVAL)) is AlertKind.HELD_APPROVAL
    assert kind_of(issue(state=S.HELD, hold=Hold.PERSON)) is None
    assert kind_of(issue(state=S.FAILED)) is AlertKind.FAILED
    assert kind_of(issue(state=S.MISSED)) is AlertKind.MISSED
    assert kind_of(issue(state=S.SENT, short=W.QUIET)) is AlertKind.SHORT
    assert kind_of(issue(state=S.SENT, short=W.SEND, approved_revision=2)) is None
    assert told(issue(short=W.QUIET)) == "sent as a quiet day"
    assert told(issue()) == ""


def test_a_quiet_issue_has_its_own_template_and_subject() -> None:
    quiet, told = issue(short=W.QUIET), daily(W.QUIET)
    pool = (candidate(1, regions=("africa",)),)
    some = vary.vary(quiet, told, pool, Hand(), None, {})
    none = vary.vary(quiet, told, pool, Hand(), Interest(regions=frozenset({"europe"})), {})
    assert (some.template, some.subject) == ("quiet", "Headline 1")
    assert (none.template, none.subject, none.cards) == ("quiet", "Daily: a quiet day", ())
    assert vary.vary(issue(), told, pool, Hand(), None, {}).template == "daily"

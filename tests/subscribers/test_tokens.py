"""Leave keys and manage tokens: whose they are, how long, and that nothing else opens anything."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from subscribers.errors import BadTokenError
from subscribers.tokens import (
    Keys,
    LeaveSecret,
    leave_key,
    leave_key_hash,
    manage_token,
    read_manage_token,
)
from tests.subscribers.conftest import KEYS, NOW

OLD = "an earlier manage secret, thirty-two and more"
ids = st.integers(min_value=1, max_value=2**63 - 1)
moments = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)
)


@settings(deadline=None)
@given(ids)
def test_a_leave_key_is_short_stable_and_safe_in_a_url(subscription: int) -> None:
    key = leave_key(KEYS.leave[0], subscription)
    assert key == leave_key(KEYS.leave[0], subscription)
    assert len(key) == 22
    assert all(char.isascii() and (char.isalnum() or char in "-_") for char in key)
    assert key not in leave_key_hash(key)


def test_leave_keys_differ() -> None:
    other = LeaveSecret("k2", KEYS.leave[0].secret)
    keys = {leave_key(secret, one) for one in range(1, 2000) for secret in (KEYS.leave[0], other)}
    assert len(keys) == 2 * 1999


def test_a_leave_url_stays_whole_in_a_header() -> None:
    host = "newsletters.some-longish-name.example"
    assert len(f"https://{host}/u/{leave_key(KEYS.leave[0], 1)}") <= 72


@settings(deadline=None)
@given(ids, moments, st.integers(min_value=0, max_value=30 * 24 * 3600))
def test_a_token_opens_its_own_page_for_thirty_days(who: int, at: datetime, seconds: int) -> None:
    token = manage_token(KEYS, who, at)
    later = at.replace(microsecond=0) + timedelta(seconds=seconds)
    assert read_manage_token(KEYS, token, later) == who


@settings(deadline=None)
@given(ids, moments, st.integers(min_value=1, max_value=10**9))
def test_then_no_longer(who: int, at: datetime, seconds: int) -> None:
    token = manage_token(KEYS, who, at)
    with pytest.raises(BadTokenError):
        read_manage_token(KEYS, token, at + timedelta(days=30, seconds=seconds))


@settings(deadline=None)
@given(ids)
def test_a_token_from_the_future_is_refused(who: int) -> None:
    token = manage_token(KEYS, who, NOW + timedelta(hours=1))
    with pytest.raises(BadTokenError):
        read_manage_token(KEYS, token, NOW)


@settings(deadline=None)
@given(ids, st.data())
def test_no_changed_letter_is_forgiven(who: int, data: st.DataObject) -> None:
    token = manage_token(KEYS, who, NOW)
    place = data.draw(st.integers(min_value=0, max_value=len(token) - 1))
    letter = data.draw(st.characters(codec="ascii", categories=["L", "N", "P"]))
    assume(letter != token[place])
    forged = token[:place] + letter + token[place + 1 :]
    try:
        # Base64 has spare bits at its end, which say nothing: the payload must stay the same.
        assert read_manage_token(KEYS, forged, NOW) == who
        assert place == len(token) - 1
    except BadTokenError:
        pass


@settings(deadline=None)
@given(st.text())
def test_any_text_is_refused_the_same_way(text: str) -> None:
    with pytest.raises(BadTokenError) as caught:
        read_manage_token(KEYS, text, NOW)
    assert str(caught.value) == ""


@settings(deadline=None)
@given(ids, ids)
def test_parts_of_two_tokens_do_not_fit(one: int, other: int) -> None:
    assume(one != other)
    ours, theirs = manage_token(KEYS, one, NOW), manage_token(KEYS, other, NOW)
    swapped = ".".join([theirs.split(".")[0], *ours.split(".")[1:]])
    with pytest.raises(BadTokenError):
        read_manage_token(KEYS, swapped, NOW)


@pytest.mark.parametrize("payload", [["export", 7], 7, ["manage"], ["manage", "7"], {"manage": 7}])
def test_another_purpose_does_not_open_the_page(payload: Any) -> None:
    import hashlib

    signer = URLSafeTimedSerializer(
        KEYS.manage[0],
        salt="subscribers.manage",
        signer_kwargs={"digest_method": hashlib.sha256},
    )
    with pytest.raises(BadTokenError):
        read_manage_token(KEYS, str(signer.dumps(payload)), datetime.now(UTC))


def test_keys_rotate() -> None:
    before = Keys(leave=KEYS.leave, manage=(OLD,), pepper=KEYS.pepper)
    both = Keys(leave=KEYS.leave, manage=(*KEYS.manage, OLD), pepper=KEYS.pepper)
    token = manage_token(before, 7, NOW)
    assert read_manage_token(both, token, NOW) == 7
    with pytest.raises(BadTokenError):
        read_manage_token(KEYS, token, NOW)
    # what is made now is made with the newest
    assert read_manage_token(KEYS, manage_token(both, 7, NOW), NOW) == 7


def test_secrets_are_never_shown() -> None:
    shown = repr(KEYS)
    assert all(
        secret not in shown for secret in (KEYS.leave[0].secret, KEYS.manage[0], KEYS.pepper)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"leave": ()},
        {"manage": ()},
        {"pepper": "short"},
        {"leave": (LeaveSecret("k1", "short"),)},
        {"leave": (KEYS.leave[0], KEYS.leave[0])},
        {"leave": (LeaveSecret("", "x" * 40),)},
    ],
)
def test_weak_keys_are_refused(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"leave": KEYS.leave, "manage": KEYS.manage, "pepper": KEYS.pepper}
    with pytest.raises(ValueError, match=r"needed|need different"):
        Keys(**(right | wrong))


def test_tokens_of_later_times_differ() -> None:
    tokens = [manage_token(KEYS, 7, NOW + timedelta(seconds=n)) for n in range(5)]
    assert all(one != other for one, other in pairwise(tokens))

"""Letters: each purpose once, unless the provider did not take it."""

from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from digest.errors import WrongStateError
from digest.model import DeliveryState, Outcome
from digest.store import letters
from digest.store.engine import reading, writing
from tests.making import NOW

LATER = NOW + timedelta(minutes=5)


def settle(engine: Engine, state: DeliveryState) -> None:
    with writing(engine) as connection:
        letters.settle(connection, "a-1", Outcome(subscriber=0, state=state), NOW)


def test_a_purpose_is_served_once(engine: Engine) -> None:
    with writing(engine) as connection:
        assert letters.claim(connection, "a-1", "alert", NOW)
    for state in (DeliveryState.CLAIMED, DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT):
        settle(engine, state)
        with pytest.raises(WrongStateError, match=state), writing(engine) as connection:
            letters.claim(connection, "a-1", "alert", LATER, again_before=LATER)
        with reading(engine) as connection:
            assert letters.served(connection, "alert", LATER) == {"a-1"}
            assert letters.served(connection, "test", LATER) == set()


def test_what_the_provider_did_not_take_is_claimed_again_later(engine: Engine) -> None:
    with writing(engine) as connection:
        letters.claim(connection, "a-1", "alert", NOW)
    settle(engine, DeliveryState.DEFERRED)
    early = NOW - timedelta(seconds=1)
    with pytest.raises(WrongStateError), writing(engine) as connection:
        letters.claim(connection, "a-1", "alert", LATER, again_before=early)
    with reading(engine) as connection:
        assert letters.served(connection, "alert", early) == {"a-1"}
        assert letters.served(connection, "alert", NOW) == set()
    with writing(engine) as connection:
        assert not letters.claim(connection, "a-1", "alert", LATER, again_before=NOW)
    with pytest.raises(WrongStateError, match="claimed"), writing(engine) as connection:
        letters.claim(connection, "a-1", "alert", LATER, again_before=LATER)

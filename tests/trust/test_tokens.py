"""Tokens of every scope: forged, swapped, of another scope, expired, rotated, forwarded."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import jinja2
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest import bundled
from subscribers import routes
from subscribers.errors import BadTokenError
from subscribers.tokens import LIFE, Scope, read_token, token
from tests.subscribers.conftest import KEYS, NOW, add, house, sqlite_engine

__all__ = ["sqlite_engine"]

OTHERS = replace(KEYS, manage=("another newsroom's secret, thirty-two and more",))
ROTATED = replace(KEYS, manage=("a newer manage secret, thirty-two and more", *KEYS.manage))
scopes = st.sampled_from(Scope)
abouts = st.lists(
    st.integers(min_value=1, max_value=2**53) | st.from_regex(r"[a-z-]{1,12}", fullmatch=True),
    min_size=1,
    max_size=4,
)
seconds = st.integers(min_value=0, max_value=60 * 24 * 3600)


def refused(keys: object, scope: Scope, text: str, now: object = NOW) -> bool:
    """Whether it opens nothing, and says nothing of why."""
    try:
        read_token(keys, scope, text, now)  # type: ignore[arg-type]  # a shorthand for tests
    except BadTokenError as error:
        return str(error) == "" and error.__cause__ is None
    return False


@settings(deadline=None, max_examples=50)
@given(scopes, abouts, seconds)
def test_each_lives_its_own_time_and_no_longer(
    scope: Scope, about: list[object], late: int
) -> None:
    made = token(KEYS, scope, about, NOW)  # type: ignore[arg-type]  # ids and slugs
    age = timedelta(seconds=late)
    if age <= LIFE[scope]:
        assert read_token(KEYS, scope, made, NOW + age) == about
    else:
        assert refused(KEYS, scope, made, NOW + age)
    assert refused(KEYS, scope, made, NOW + LIFE[scope] + timedelta(seconds=1 + late))
    assert refused(KEYS, scope, made, NOW - timedelta(seconds=61 + late))


@settings(deadline=None, max_examples=50)
@given(scopes, scopes, abouts)
def test_none_opens_what_another_scope_does(one: Scope, other: Scope, about: list[object]) -> None:
    assume(one != other)
    assert refused(KEYS, other, token(KEYS, one, about, NOW))  # type: ignore[arg-type]  # as above


@settings(deadline=None, max_examples=50)
@given(scopes, abouts, abouts, st.data())
def test_forged_and_swapped_ones_open_nothing(
    scope: Scope, one: list[object], other: list[object], data: st.DataObject
) -> None:
    assume(one != other)
    ours, theirs = (token(KEYS, scope, about, NOW) for about in (one, other))  # type: ignore[arg-type]  # as above
    # The first part may begin with a point: then it is compressed.
    mixed = ".".join([theirs.rsplit(".", 2)[0], *ours.rsplit(".", 2)[1:]])
    assert refused(KEYS, scope, mixed)
    assert refused(KEYS, scope, token(OTHERS, scope, one, NOW))  # type: ignore[arg-type]  # as above
    place = data.draw(st.integers(min_value=0, max_value=len(ours) - 2))
    letter = data.draw(st.sampled_from("ABCabc019-_."))
    assume(letter != ours[place])
    assert refused(KEYS, scope, ours[:place] + letter + ours[place + 1 :])


@settings(deadline=None, max_examples=30)
@given(scopes, abouts)
def test_a_rotation_keeps_old_links_and_dropping_a_secret_ends_them(
    scope: Scope, about: list[object]
) -> None:
    made = token(KEYS, scope, about, NOW)  # type: ignore[arg-type]  # as above
    assert read_token(ROTATED, scope, made, NOW) == about
    newest = replace(KEYS, manage=ROTATED.manage[:1])
    assert refused(newest, scope, made)
    assert refused(KEYS, scope, token(ROTATED, scope, about, NOW))  # type: ignore[arg-type]  # as above


@pytest.fixture
def client(sqlite_engine: Engine) -> Iterator[TestClient]:
    """The readers' pages."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader([bundled.templates("web")]), autoescape=True
    )
    templates.globals.update(brand="The Newsroom", outbox=False)
    people = house(sqlite_engine)
    with TestClient(Starlette(routes=routes(people, templates, lambda: NOW))) as made:
        yield made


def test_a_forwarded_mail_gives_no_address_away(client: TestClient, sqlite_engine: Engine) -> None:
    people = house(sqlite_engine)
    who = add(people, "ada.lovelace@example.org")
    page = client.get(people.preferences_path(who, NOW))
    assert page.status_code == 200
    assert "ada.lovelace" not in page.text
    told = people.recipients("morning", [who], NOW)[who]
    assert not isinstance(told, str)
    # The leave key, which lives for ever, opens nothing that shows or changes choices.
    assert client.get(told.leave_path.replace("/u/", "/p/")).status_code == 404


def test_unknown_and_known_leave_keys_look_alike(client: TestClient, sqlite_engine: Engine) -> None:
    people = house(sqlite_engine)
    ids = [add(people, f"r{one}@example.org") for one in range(60)]
    known = [
        told.leave_path
        for told in people.recipients("morning", ids, NOW).values()
        if not isinstance(told, str)
    ]
    unknown = [f"/u/{'A' * 18}{one:04}" for one in range(60)]
    # The first click writes, and the database's flush takes what it takes: those compared are
    # clicked before, as anybody is who has a key to try.
    for path in known:
        client.post(path)
    for method in ("GET", "HEAD", "POST"):
        times: dict[str, list[float]] = {"known": [], "unknown": []}
        answers = set()
        for pair in zip(known, unknown, strict=True):
            for which, path in zip(("known", "unknown"), pair, strict=True):
                start = time.process_time()
                answer = client.request(method, path)
                times[which].append(time.process_time() - start)
                heads = sorted(answer.headers.items())
                answers.add((answer.status_code, answer.text.replace(path, ""), str(heads)))
        assert len(answers) == 1
        medians = {which: statistics.median(took) for which, took in times.items()}
        spread = statistics.quantiles(times["unknown"], n=4)
        noise = max(3 * (spread[2] - spread[0]), 0.001)
        assert abs(medians["known"] - medians["unknown"]) < noise, (method, medians)

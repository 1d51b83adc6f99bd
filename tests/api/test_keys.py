"""Who may use the API, how often, and what is refused at the door."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from subscribers import ApiKeys, SubscribersError
from subscribers.api.limits import Limits
from subscribers.api.problem import ProblemError
from subscribers.tables import api_key
from tests.api.conftest import Api, site
from tests.subscribers.conftest import NOW

TYPE = "application/problem+json"


def test_only_a_hash_is_kept(sqlite_engine: Engine) -> None:
    key = ApiKeys(sqlite_engine).add("crm", ["read"], NOW)
    with sqlite_engine.connect() as connection:
        (row,) = connection.execute(sa.select(api_key))
    assert key not in str(row)
    assert len(row.hash) == 64


def test_scopes_hold(sqlite_engine: Engine) -> None:
    keys = ApiKeys(sqlite_engine)
    ways = {
        "read": [("GET", "/subscribers"), ("GET", "/editions"), ("GET", "/segments")],
        "write": [("PUT", "/subscribers/by-address"), ("POST", "/subscribers/1/leave")],
        "events": [("GET", "/events")],
    }
    made = {scope: keys.add(scope, [scope], NOW) for scope in ways}
    with TestClient(site(sqlite_engine)) as client:
        for scope, asked in ways.items():
            for holder, key in made.items():
                for method, path in asked:
                    answer = client.request(
                        method, f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"}
                    )
                    assert (answer.status_code == 403) == (holder != scope)
                    if holder != scope:
                        assert "insufficient_scope" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer dgk_guessed", "Basic {key}", "Bearer {key}x", "{key}"]
)
def test_without_a_key_nothing_opens(api: Api, given: str) -> None:
    headers = {"Authorization": given.format(key=api.key)} if given else {}
    for method, path in (("GET", "/subscribers/1"), ("PUT", "/subscribers/by-address")):
        answer = api.client.request(method, f"/api/v1{path}", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, TYPE)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_key_opens_nothing(api: Api) -> None:
    ApiKeys(api.engine).revoke("tests", NOW)
    api.ask("GET", "/editions", status=401)
    for name, scopes in (("tests", ["read"]), ("", ["read"]), ("new", []), ("new", ["all"])):
        with pytest.raises(SubscribersError):
            ApiKeys(api.engine).add(name, scopes, NOW)
    with pytest.raises(SubscribersError):
        ApiKeys(api.engine).revoke("unknown", NOW)


def test_what_is_refused_at_the_door_is_a_problem_too(api: Api) -> None:
    api.ask("GET", "/nothing", status=404)
    api.ask("GET", "/subscribers/", status=404)
    # A line break ends no path: what it stands in is refused like any other.
    for path in ("/%0A", "/openapi.json%0A", "/subscribers/%0A1", "/segments/no%0Ane/count"):
        api.ask("GET", path, status=404)
    api.ask("DELETE", "/subscribers/1", status=405)
    api.ask("GET", "/subscribers/by-address", status=405)
    headers = {"Authorization": f"Bearer {api.key}"}
    find = "/api/v1/subscribers/find"
    for body, kind, status in (
        (b"{}", "text/plain", 415),
        (b"address=a", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 422),
        (b"\xff", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'{"address": "' + b"a" * 70_000 + b'"}', "application/json", 413),
        (b'{"address":"\\ud800@example.org"}', "application/json", 422),
        (b"[" * 60_000, "application/json", 422),
    ):
        answer = api.client.post(find, content=body, headers={**headers, "Content-Type": kind})
        assert (answer.status_code, answer.headers["content-type"]) == (status, TYPE)
        assert answer.json()["status"] == status
        assert answer.headers["cache-control"] == "no-store"


def test_each_key_has_its_own_rate(sqlite_engine: Engine) -> None:
    keys = ApiKeys(sqlite_engine)
    one, other = (keys.add(name, ["read"], NOW) for name in ("one", "other"))
    with TestClient(site(sqlite_engine, per_second=0.5)) as client:

        def ask(key: str) -> int:
            headers = {"Authorization": f"Bearer {key}"}
            return client.get("/api/v1/editions", headers=headers).status_code

        assert [ask(one), ask(one)] == [200, 429]
        assert ask(other) == 200


def test_a_bucket_fills_again() -> None:
    time = 0.0
    limits = Limits(5, lambda: time)
    for _ in range(10):
        limits.take(1)
    with pytest.raises(ProblemError) as refused:
        limits.take(1)
    assert refused.value.headers == {"Retry-After": "1"}
    time = 0.2
    limits.take(1)
    with pytest.raises(ProblemError):
        limits.take(1)

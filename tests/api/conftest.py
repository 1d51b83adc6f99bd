"""The API over a house of subscribers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from subscribers import ApiKeys, Subscribers, api_routes
from tests.subscribers.conftest import KEYS, NOW, engine, house, sqlite_engine

__all__ = ["engine", "sqlite_engine"]


@dataclass(frozen=True, slots=True)
class Api:
    """What a program of the newsroom has: an address and a key."""

    people: Subscribers
    engine: Engine
    client: TestClient
    key: str

    def ask(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        """The answer's JSON; a problem is checked for its form."""
        answer = self.client.request(
            method,
            f"/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.key}"},
        )
        assert answer.status_code == status, answer.text
        kind = "application/json" if status < 400 else "application/problem+json"
        assert answer.headers["content-type"] == kind
        told = answer.json()
        if status >= 400:
            assert told["status"] == status
            assert {"type", "title", "code", "detail"} <= told.keys()
        return told


def site(engine: Engine, per_second: float = 10_000) -> Starlette:
    """The API alone."""
    people = house(engine)
    return Starlette(routes=api_routes(people, engine, KEYS, lambda: NOW, per_second=per_second))


@pytest.fixture
def api(engine: Engine) -> Iterator[Api]:
    """With a key that may do everything, on each kind of database."""
    key = ApiKeys(engine).add("tests", ["read", "write", "events"], NOW)
    with TestClient(site(engine), raise_server_exceptions=False) as client:
        yield Api(house(engine), engine, client, key)

"""What stands before every page."""

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from digest.web.site import site


def answer(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {request.url.path}")


PAGES = [
    Route(path, answer, methods=["GET", "POST"])
    for path in ("/", "/desk/issues/1", "/outbox/", "/p/token", "/u/key", "/style.css")
]


def client(host: str = "127.0.0.1", peer: str = "127.0.0.1") -> TestClient:
    app: Starlette = site(PAGES)
    return TestClient(app, base_url=f"http://{host}:8000", client=(peer, 50000))


@pytest.mark.parametrize("path", ["/", "/desk/issues/1", "/outbox/"])
@pytest.mark.parametrize(
    ("host", "peer", "headers", "status"),
    [
        ("127.0.0.1", "127.0.0.1", {}, 200),
        ("localhost", "::1", {}, 200),
        ("127.0.0.1", "10.0.0.7", {}, 403),
        ("evil.example", "127.0.0.1", {}, 403),
        ("127.0.0.1.evil.example", "127.0.0.1", {}, 403),
        ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 403),
    ],
)
def test_the_desk_answers_on_this_machine_only(
    path: str, host: str, peer: str, headers: Mapping[str, str], status: int
) -> None:
    assert client(host, peer).get(path, headers=headers).status_code == status


def test_readers_pages_answer_everybody() -> None:
    reader = client("news.example.org", "10.0.0.7")
    for path in ("/p/token", "/u/key", "/style.css"):
        assert reader.get(path).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 200),
    ],
)
def test_another_site_changes_nothing(headers: Mapping[str, str], status: int) -> None:
    assert client().post("/p/token", headers=headers).status_code == status
    assert client().get("/p/token", headers=headers).status_code == 200
    # RFC 8058: mail programs post from nowhere.
    assert client().post("/u/key", headers=headers).status_code == 200


def test_every_answer_carries_the_headers() -> None:
    headers = client().get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"

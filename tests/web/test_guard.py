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
    Route(path, answer, methods=["GET", "POST"]) for path in ("/p/token", "/u/key", "/style.css")
]


def client(host: str = "127.0.0.1", peer: str = "127.0.0.1") -> TestClient:
    app: Starlette = site(PAGES)
    return TestClient(app, base_url=f"http://{host}:8000", client=(peer, 50000))


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
    headers = client().get("/style.css").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers


def test_https_is_to_be_remembered_where_there_is_https() -> None:
    with_tls = TestClient(site(PAGES, secure=True), base_url="https://news.example.org")
    told = with_tls.get("/style.css").headers["strict-transport-security"]
    assert told == "max-age=31536000"


def test_a_long_body_is_refused_save_where_machines_post() -> None:
    long = b"x" * (64 * 1024 + 1)
    assert client().post("/p/token", content=long).status_code == 413
    assert client().post("/p/token", content=long[1:]).status_code == 200
    # RFC 8058: whoever posts there leaves, whatever the body is.
    assert client().post("/u/key", content=long).status_code == 200

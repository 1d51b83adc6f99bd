"""Logging in with an account elsewhere, at a certified provider on this machine."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from digest.errors import ConfigError, RefusedError
from digest.people.roles import Grant, Role
from digest.staff.house import COMMAND_LINE
from digest.staff.openid import OpenId
from tests.desk.conftest import CONFIG
from tests.parts import npm

BASE = "http://127.0.0.1:8000"
BACK = f"{BASE}/desk/login/openid/back"
SECRET = "a secret of 32 characters, or so"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider, as long as the module's tests last."""
    package, node = npm("oidc-provider"), shutil.which("node")
    assert package
    assert node
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).with_name("provider.mjs")
    log = tmp_path_factory.mktemp("provider") / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [node, script, package, str(port), BACK], stdout=told, stderr=told
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        told = httpx2.get(f"{url}/.well-known/openid-configuration", timeout=5, trust_env=False)
    except httpx2.HTTPError:
        return False
    return told.status_code == 200


@pytest.fixture
def app(issuer: str, tmp_path: Path) -> Iterator[App]:
    """A newsroom whose people log in there; ann and bob have accounts."""
    (tmp_path / "config.toml").write_text(CONFIG)
    settings = {
        "desk.oidc.issuer": issuer,
        "desk.oidc.client_id": "desk",
        "desk.oidc.client_secret": f'"{SECRET}"',
        "desk.oidc.domains": '["paper.example"]',
    }
    made = App(load(tmp_path / "config.toml", settings), SystemClock())
    made.migrate()
    for name in ("ann", "unverified"):
        made.accounts.people.invite(
            name, f"{name}@paper.example", [Grant(Role.VIEWER)], COMMAND_LINE
        )
    yield made
    made.engine.dispose()


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(
        app.pages.sites()[0].site,
        base_url=BASE,
        client=("127.0.0.1", 50000),
        follow_redirects=False,
    )


def at_the_provider(where: str, login: str) -> str:
    """Log in there and agree, as a browser does; returns where it sends one back to."""
    with httpx2.Client(trust_env=False) as browser:
        while not where.startswith(BACK):
            answer = browser.get(where)
            if answer.status_code == 200:
                form = re.search(r'action="([^"]+)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert form
                assert prompt
                fields = {"prompt": prompt[1], "login": login, "password": "any"}
                answer = browser.post(str(httpx2.URL(where).join(form[1])), data=fields)
            where = str(httpx2.URL(str(answer.url)).join(answer.headers["location"]))
    return where


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def tried(client: TestClient, login: str, query: str = "") -> httpx2.Response:
    there = client.get(f"/desk/login/openid{query}").headers["location"]
    return client.get(path_of(at_the_provider(there, login)))  # type: ignore[return-value]  # its subclass


@pytest.mark.part("oidc-provider")
def test_from_there_to_the_desk(app: App, client: TestClient) -> None:
    assert "/desk/login/openid?next=" in client.get("/desk/login").text
    answer = tried(client, "ann", "?next=/desk/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/account")
    assert "ann@paper.example" in client.get("/desk/account").text
    ann = app.accounts.people.named("ann")
    assert ann.openid
    assert ann.openid.endswith(" ann")
    # Proof once more, as it is asked for before mail goes.
    before = client.cookies["desk"]
    assert tried(client, "ann", "?again=1&next=/desk/account").status_code == 303
    assert client.cookies["desk"] != before


@pytest.mark.part("oidc-provider")
@pytest.mark.parametrize(
    ("login", "told"),
    [
        ("carl", "You have no account at this desk"),
        ("unverified", "That account has no verified address"),
        ("other", "Addresses there may not log in here"),
    ],
)
def test_who_is_not_let_in(client: TestClient, login: str, told: str) -> None:
    answer = tried(client, login)
    assert answer.status_code == 403
    assert told in answer.text
    assert client.get("/").status_code == 303


@pytest.mark.part("oidc-provider")
def test_what_is_asked_there(client: TestClient) -> None:
    answer = client.get("/desk/login/openid")
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) == len(asked["state"][0]) == 43
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told
    # What the cookie keeps cannot be read or made by anybody else.
    assert asked["state"][0].lower() not in told


@pytest.mark.part("oidc-provider")
def test_an_answer_is_good_in_its_own_browser_and_once(client: TestClient, app: App) -> None:
    there = client.get("/desk/login/openid").headers["location"]
    back = path_of(at_the_provider(there, "ann"))
    victim = TestClient(
        app.pages.sites()[0].site, base_url=BASE, client=("127.0.0.1", 2), follow_redirects=False
    )
    assert victim.get(back).status_code == 403
    victim.get("/desk/login/openid")
    assert victim.get(back).status_code == 403
    kept = client.cookies["desk-openid"]
    assert client.get(back).status_code == 303
    client.cookies.clear()
    client.cookies.set("desk-openid", kept, domain="127.0.0.1", path="/")
    assert client.get(back).status_code == 403


@pytest.mark.part("oidc-provider")
def test_a_token_that_is_not_for_this_login_is_refused(app: App) -> None:
    openid = app.accounts._openid
    assert openid
    where, kept = openid.begin("/")
    back = at_the_provider(where, "ann")
    told = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}

    def refused(told: dict[str, str], sealed: str, one: OpenId = openid) -> None:
        with pytest.raises(RefusedError):
            one.finish(told, sealed)

    refused(told | {"state": "x"}, kept)
    refused(told | {"iss": "https://evil.example"}, kept)
    refused({"state": told["state"], "error": "access_denied"}, kept)
    refused(told, "")
    # Another login's cookie: its state, nonce and verifier differ.
    refused(told, openid.begin("/")[1])
    # The code alone, without the verifier that belongs to it (PKCE), and with a wrong nonce.
    for name in ("verifier", "nonce"):
        where, kept = openid.begin("/")
        back = at_the_provider(where, "ann")
        told = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
        refused(told, _changed(app, kept, name))
    wrong = replace(openid, provider=replace(openid.provider, client_secret="x" * 32))
    where, kept = wrong.begin("/")
    back = at_the_provider(where, "ann")
    told = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
    refused(told, kept, wrong)


def _changed(app: App, sealed: str, name: str) -> str:
    import json

    house = app.accounts.house
    return house.seal(json.dumps(json.loads(house.open(sealed)) | {name: "x" * 64}))


def test_a_provider_that_is_not_there(app_without: App) -> None:
    client = TestClient(app_without.pages.sites()[0].site, base_url=BASE, client=("127.0.0.1", 3))
    answer = client.get("/desk/login/openid")
    assert answer.status_code == 403
    assert "Logging in there did not work" in answer.text


@pytest.fixture
def app_without(tmp_path: Path) -> Iterator[App]:
    (tmp_path / "config.toml").write_text(CONFIG)
    settings = {
        "desk.oidc.issuer": "http://127.0.0.1:9",
        "desk.oidc.client_id": "desk",
        "desk.oidc.domains": '["paper.example"]',
    }
    made = App(load(tmp_path / "config.toml", settings), SystemClock())
    made.migrate()
    yield made
    made.engine.dispose()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"desk.oidc.issuer": "https://id.example"}, "client_id and domains are needed"),
        (
            {
                "desk.oidc.issuer": "http://id.example",
                "desk.oidc.client_id": "desk",
                "desk.oidc.domains": '["paper.example"]',
            },
            "issuer must start with https://",
        ),
        ({"desk.public_url": "http://desk.example"}, "public_url must start with https://"),
    ],
)
def test_settings_that_would_be_unsafe(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    with pytest.raises(ConfigError, match=told):
        load(tmp_path / "config.toml", settings)

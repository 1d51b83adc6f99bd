"""What stands on every page of the desk, and what none of them does."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from digest.people.roles import Grant, Role
from tests.desk.conftest import Served
from tests.desk.test_pages import asked, path

ROOT = Path(__file__).parents[2]
#: attributes that make a browser load something, in a page or a style
LOADS = re.compile(
    r"""(?:\bsrc|\bsrcset|<link[^>]*\bhref|<form[^>]*\baction|url\()\s*=?\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)


def test_each_page_is_private_and_runs_our_script_alone(desk: Callable[..., Served]) -> None:
    served = desk()
    client = served.person("All", *(Grant(role) for role in Role))
    seen = 0
    for route in served.routes():
        if "GET" not in asked(route) or route.path.startswith("/outbox"):
            continue
        answer = client.get(path(route))
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, route.path
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts is None or scripts[1].strip() == "'self'", route.path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy
        if answer.status_code == 200:
            assert answer.headers.get("cache-control") == "no-store", route.path
        if answer.headers.get("content-type", "").startswith("text/html") and "/mail" not in (
            route.path
        ):
            inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", answer.text)
            assert inline == [], route.path
            assert not re.search(r"<[^>]+\son[a-z]+\s*=", answer.text), route.path
        seen += 1
    assert seen > 20


def test_no_page_fetches_for_a_stranger(desk: Callable[..., Served]) -> None:
    served = desk()
    # What takes an address from outside and reads it is behind the editors' permission, by POST.
    taking = [one for one in served.routes() if one.path.endswith(("/add", "/read"))]
    assert taking
    assert all(asked(one) == ["POST"] and one.needs is not None for one in taking)
    unknown = served.client()
    for place in ("/image", "/proxy", "/media", "/picture"):
        for name in ("url", "src"):
            answer = unknown.get(f"{place}?{name}=http://169.254.169.254/")
            assert answer.status_code == 404


def test_pages_load_nothing_from_elsewhere() -> None:
    files = [one for kind in ("html", "css", "js") for one in ROOT.glob(f"templates/web/*.{kind}")]
    assert len(files) > 50
    for one in files:
        assert LOADS.search(one.read_text()) is None, one.name
    assert LOADS.search('<script src="https://cdn.example/x.js">'), "else it could not fail"
    assert LOADS.search("@import url(//cdn.example/x.css)")


def plain(name: str) -> str:
    """A distribution's name in its one form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).casefold()


def test_every_dependency_has_a_version_that_was_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"]]
    for extra in project.get("optional-dependencies", {}).values():
        wanted += extra
    names = {plain(re.split(r"[\[<>=!~; ]", one)[0]) for one in wanted}
    pins = {
        plain(line.partition("==")[0].strip())
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    assert names
    assert names - pins - {project["name"]} == set()

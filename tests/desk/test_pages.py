"""The desk's pages: who may see which, cookies, proof, and what other sites cannot do."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from digest.people.roles import CONFIRMED, Grant, Person, Role
from digest.staff.house import COMMAND_LINE
from digest.store.people_tables import second_factor
from digest.web.gate import DeskRoute, within
from digest.web.place import place_of
from digest.web.site import site
from tests.desk.conftest import ADMIN, HTTPS, PASSWORD, Served

Make = Callable[..., Served]
EVERY = [
    *(Grant(role) for role in Role),
    *(Grant(role, "daily") for role in (Role.VIEWER, Role.EDITOR, Role.SENDER)),
]


def path(route: DeskRoute) -> str:
    """The route's path, filled in: issue 1 is of the daily edition, person 1 the admin."""
    return re.sub(r"\{[^}]+\}", "1", route.path.replace("{path:path}", "index.html"))


def asked(route: DeskRoute) -> list[str]:
    return sorted((route.methods or set()) - {"HEAD"})


def test_each_role_gets_what_the_table_says_of_each_route(desk: Make) -> None:
    served = desk()
    served.person("Boss", ADMIN)
    tried = 0
    for grant in EVERY:
        client = served.person(str(grant).replace(":", "-"), grant)
        person = Person(id=9, name="", grants=frozenset({grant}))
        for route in served.routes():
            if route.needs is None or route.path.startswith(("/desk/account", "/desk/people/i")):
                continue
            about_daily = "/issues/" in route.path
            may = person.may(route.needs, "daily" if about_daily else None)
            for method in asked(route):
                status = client.request(method, path(route)).status_code
                assert (status not in {401, 403}) == may, (grant, method, route.path, status)
                tried += 1
    assert tried > 100


def test_an_edition_is_no_others_business(desk: Make) -> None:
    served = desk()
    served.person("Admin", ADMIN)
    client = served.person("Weekly", Grant(Role.SENDER, "weekly"))
    assert client.get("/desk/issues/1").status_code == 403
    home = client.get("/").text
    assert "Weekly" in home
    assert "Daily" not in home
    assert client.get("/desk/issues/99").status_code == 404


def test_nobody_who_is_unknown_sees_anything(desk: Make) -> None:
    served = desk()
    served.person("Admin", ADMIN)
    client = served.client()
    for route in served.routes():
        for method in asked(route) if route.needs else []:
            answer = client.request(method, path(route))
            assert answer.status_code == (303 if method == "GET" else 401), route.path
            if method == "GET":
                assert answer.headers["location"].startswith("/desk/login?next=/")
    assert served.client().get("/desk/nowhere").status_code == 404


@pytest.mark.parametrize("wanted", [f"/{one}" for one in ("", "desk", "desk/x", "outbox/{p}")])
def test_a_route_that_does_not_say_what_it_needs_is_refused(wanted: str) -> None:
    def page(request: Request) -> Response:
        return PlainTextResponse("ok")

    with pytest.raises(TypeError, match="does not say who may see it"):
        site([Route(wanted, page)])
    assert site([Route("/desk.css", page), Route("/desks", page)])


def test_a_trial_is_open_on_its_machine_alone_until_somebody_has_an_account(desk: Make) -> None:
    served = desk()
    here = served.client()
    assert "You are on this machine" in here.get("/").text
    assert here.get("/desk/people").status_code == 200
    assert served.client("10.0.0.7").get("/").status_code == 403
    assert served.client(base="http://evil.example:8000").get("/").status_code == 403
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert here.get("/", headers={header: "127.0.0.1"}).status_code == 403
    served.app.accounts.people.admin("Ann", "ann@paper.example", COMMAND_LINE)
    assert here.get("/").status_code == 303


def test_where_readers_are_real_the_machine_only_looks(desk: Make) -> None:
    served = desk(**{"web.public_url": "https://n.example.org"})
    here = served.client(base="http://127.0.0.1:8001")
    assert here.get("/").status_code == 200
    assert here.get("/desk/people").status_code == 403
    assert here.get("/outbox/").status_code == 403


def test_only_names_of_ours_are_answered(desk: Make) -> None:
    served = desk(**HTTPS)
    assert served.client("10.0.0.7").get("/desk/login").status_code == 403
    served.person("Ann", ADMIN)
    assert served.client("10.0.0.7").get("/desk/login").status_code == 200
    assert served.client(base="https://evil.example").get("/desk/login").status_code == 403


def cookie_of(answer: Response) -> str:
    (told,) = (one for one in answer.headers.get_list("set-cookie") if "desk=" in one)  # type: ignore[attr-defined]  # httpx's
    return str(told)


def test_the_cookie_by_https(desk: Make) -> None:
    served = desk(**HTTPS)
    served.person("Ann", ADMIN)
    client = served.client("10.0.0.7")
    answer = client.post("/desk/login", data={"email": "ann@paper.example", "password": PASSWORD})
    told = cookie_of(answer)  # type: ignore[arg-type]  # httpx's response
    name, *parts = told.split("; ")
    assert re.fullmatch(r"__Host-desk=[\w-]{43}", name)
    assert {one.lower() for one in parts} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_on_this_machine(desk: Make) -> None:
    served = desk()
    served.person("Ann", ADMIN)
    answer = served.client().post(
        "/desk/login", data={"email": "ann@paper.example", "password": PASSWORD}
    )
    told = cookie_of(answer)  # type: ignore[arg-type]  # httpx's response
    assert told.startswith("desk=")
    assert "secure" not in told.lower()
    assert "strict-transport-security" not in answer.headers


def test_a_planted_cookie_is_worth_nothing(desk: Make) -> None:
    served = desk()
    served.person("Ann", ADMIN)
    client = served.client()
    client.cookies.set("desk", "planted" * 6, domain="127.0.0.1", path="/")
    client.post("/desk/login", data={"email": "ann@paper.example", "password": PASSWORD})
    first = client.cookies["desk"]
    served.wait(seconds=30)
    client.post("/desk/login/code", data={"code": served.code("Ann")})
    second = client.cookies["desk"]
    assert len({"planted" * 6, first, second}) == 3
    for planted in ("planted" * 6, first):
        other = served.client()
        other.cookies.set("desk", planted)
        assert other.get("/").status_code == 303


def test_log_out_and_log_out_elsewhere(desk: Make) -> None:
    served = desk()
    one = served.person("Ann", ADMIN)
    other, third = served.person("Ann"), served.person("Ann")
    page = one.get("/desk/account").text
    assert page.count("<tr>") == 4
    one.post("/desk/account/sessions", data={"session": _others(page)[0]})
    assert sorted(each.get("/").status_code for each in (other, third)) == [200, 303]
    assert one.post("/desk/account/sessions").status_code == 303
    assert [each.get("/").status_code for each in (one, other, third)] == [200, 303, 303]
    kept = one.cookies["desk"]
    assert one.post("/desk/logout").headers["location"] == "/desk/login"
    one.cookies.set("desk", kept, domain="127.0.0.1", path="/")
    assert one.get("/").status_code == 303


def _others(page: str) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', page)


def test_what_weighs_more_is_asked_for_with_proof(desk: Make) -> None:
    served = desk()
    ann = served.person("Ann", ADMIN)
    form = {"name": "Bob <b>", "email": "bob@paper.example", "grant": ["viewer", "editor:weekly"]}
    served.wait(minutes=10)
    asks = ann.post("/desk/people/invite", data=form)
    assert asks.status_code == 403
    assert "Is it you?" in asks.text
    assert 'value="Bob &lt;b&gt;"' in asks.text
    assert 'name="grant" value="editor:weekly"' in asks.text
    assert len(served.app.accounts.people.every()) == 1
    wrong = ann.post("/desk/people/invite", data=form | {"_code": "000000x"})
    assert (wrong.status_code, "That is not right" in wrong.text) == (403, True)
    done = ann.post("/desk/people/invite", data=form | {"_code": served.code("Ann")})
    assert "A link for Bob &lt;b&gt;" in done.text
    (bob,) = (one for one in served.app.accounts.people.every() if one.person.name != "Ann")
    assert bob.person.grants == {Grant(Role.VIEWER), Grant(Role.EDITOR, "weekly")}
    # For ten minutes from now it is known who sits there.
    assert (
        ann.post(f"/desk/people/{bob.person.id}/state", data={"do": "disable"}).status_code == 303
    )


def test_only_posts_ask_for_proof_and_all_that_weigh_more_do(desk: Make) -> None:
    served = desk()
    ann = served.person("Ann", *(Grant(role) for role in Role))
    served.wait(minutes=10)
    for route in served.routes():
        for method in asked(route) if route.needs and "account" not in route.path else []:
            answer = ann.request(method, path(route))
            asks = "Is it you?" in answer.text
            assert asks == (method == "POST" and route.needs in CONFIRMED), route.path


SITES = [
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Origin": "http://127.0.0.1:8000"}, True),
    ({"Origin": "http://127.0.0.1:9"}, False),
    ({"Origin": "http://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, False),
]


def test_another_site_changes_nothing(desk: Make) -> None:
    served = desk()
    served.person("Ann", ADMIN)
    here = served.client()
    for headers, goes in SITES:
        for route in served.routes():
            for method in asked(route):
                answer = here.request(method, path(route), headers=headers)
                refused = answer.text == "This request came from another site."
                assert refused == (method == "POST" and not goes), (route.path, headers)


def test_a_get_changes_nothing(desk: Make) -> None:
    served = desk()
    ann = served.person("Ann", *(Grant(role) for role in Role))
    token = served.app.accounts.people.invite("Bob", "bob@paper.example", [], COMMAND_LINE)
    before = len(list(served.app.accounts.record()))
    for route in served.routes():
        if "GET" in (route.methods or set()):
            ann.get(path(route).replace("welcome/1", f"welcome/{token}"))
    assert len(list(served.app.accounts.record())) == before
    assert served.app.accounts.login.by_link(token)


def test_the_same_page_for_a_wrong_password_and_no_account(desk: Make) -> None:
    served = desk()
    served.person("Ann", ADMIN)
    pages = []
    for email in ("ann@paper.example", "bob@paper.example"):
        answer = served.client().post("/desk/login", data={"email": email, "password": "not it"})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        pages.append(answer.text.replace(email, "…"))
    assert pages[0] == pages[1]


def test_long_bodies_are_refused(desk: Make) -> None:
    served = desk()
    long = {"email": "x" * 70_000}
    assert served.client().post("/desk/login", data=long).status_code == 413

    def pieces() -> "object":
        yield b"email=" + b"x" * 40_000
        yield b"x" * 40_000

    head = {"Content-Type": "application/x-www-form-urlencoded"}
    told = served.client().post("/desk/login", content=pieces(), headers=head)  # type: ignore[arg-type]  # a generator
    assert told.status_code == 413


def test_mistakes_have_pages_in_the_desks_look(desk: Make) -> None:
    served = desk()
    ann = served.person("Ann", Grant(Role.VIEWER))
    for there, status in (("/desk/nowhere", 404), ("/desk/people", 403), ("/desk/issues/99", 404)):
        answer = ann.get(there)
        assert answer.status_code == status
        assert '<body class="desk">' in answer.text
    assert ann.get("/nowhere").text == "Not Found"


def test_a_secret_that_cannot_be_opened_any_more_is_told_of(desk: Make) -> None:
    served = desk()
    ann = served.person("Ann", Grant(Role.VIEWER))
    served.wait(seconds=30)
    ann.post("/desk/account/factor/drop", data={"code": served.code("Ann")})
    ann.post("/desk/account/factor")
    with served.app.engine.begin() as connection:
        connection.execute(sa.update(second_factor).values(secret="of another key"))
    answer = ann.get("/desk/account")
    assert answer.status_code == 403
    assert "not sealed with a key of ours" in answer.text


def test_the_record_is_read_and_taken_along(desk: Make) -> None:
    served = desk()
    ann = served.person("Ann", ADMIN)
    assert "second step set up" in ann.get("/desk/audit").text
    lines = ann.post("/desk/audit/export").text.splitlines()
    assert [re.search(r'"what": "([^"]+)"', one)[1] for one in lines] == [  # type: ignore[index]  # or fail
        "invite",
        "second step set up",
        "log in",
        "export",
    ]
    assert served.app.accounts.verify().sound


@pytest.mark.parametrize(
    ("path", "goes"),
    [
        ("/desk/people?x=1", "/desk/people?x=1"),
        ("/", "/"),
        ("//evil.example/desk/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/desk/", "/"),
        ("/desk/\r\nSet-Cookie: a", "/"),
        ("/p/token", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_one_goes_on_within_the_desk(path: str, goes: str) -> None:
    assert within(path) == goes


@given(some.text(max_size=40))
def test_nowhere_else_whatever_is_asked(wanted: str) -> None:
    for one in (wanted, f"/{wanted}", f"/desk/{wanted}"):
        assert re.match(r"/(?![/\\])", within(one))


PROXY = {"desk.proxies": '["10.0.0.0/8"]'}


@pytest.mark.parametrize(
    ("peer", "told", "place"),
    [
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
    ],
)
def test_a_proxy_is_believed_only_where_it_is_trusted(peer: str, told: str, place: str) -> None:
    from ipaddress import ip_network

    scope = {
        "type": "http",
        "client": (peer, 1),
        "headers": [(b"x-forwarded-for", told.encode())] if told else [],
    }
    assert place_of(scope, [ip_network("10.0.0.0/8")]) == place
    assert place_of(scope, []) == peer


def test_the_login_counts_whom_a_proxy_names(desk: Make) -> None:
    served = desk(**HTTPS, **PROXY)
    served.person("Ann", ADMIN)

    def tried(place: str) -> str:
        form = {"email": "ann@paper.example", "password": "not it"}
        head = {"X-Forwarded-For": place}
        client: TestClient = served.client("10.0.0.1")
        return client.post("/desk/login", data=form, headers=head).text

    for _ in range(5):
        assert "That is not right" in tried("203.0.113.5")
    assert "Too many tries" in tried("203.0.113.5")
    assert "That is not right" in tried("203.0.113.6")


def test_the_account_page_needs_an_account(desk: Make) -> None:
    served = desk()
    assert served.client().get("/desk/account").status_code == 403
    ann = served.person("Ann", Grant(Role.VIEWER))
    assert ann.get("/desk/account").status_code == 200
    form = {"old": PASSWORD, "password": "another four words here"}
    assert ann.post("/desk/account/password", data=form | {"old": "no"}).status_code == 403
    assert ann.post("/desk/account/password", data=form | {"password": "x"}).status_code == 403
    assert ann.post("/desk/account/password", data=form).status_code == 303
    served.wait(seconds=30)
    dropped = ann.post("/desk/account/factor/drop", data={"code": served.code("Ann")})
    assert dropped.status_code == 303
    ann.post("/desk/account/factor")
    assert "Scan this" in ann.get("/desk/account").text

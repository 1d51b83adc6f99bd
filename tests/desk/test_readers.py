"""The readers' page: found by address alone, every look written down, and what is done for them."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from starlette.testclient import TestClient

from digest.desk.reader import Tie, how_often, outcome, why_none
from digest.model import DeliveryState
from digest.people.roles import Grant, Role
from tests.desk.conftest import ADMIN, NOW, Served

Make = Callable[..., Served]
ADDRESS = "Mia.Reader@mail.example"
HANDLE = re.compile(r'name="reader" value="([^"]+)"')


@pytest.fixture
def served(desk: Make) -> Served:
    made = desk()
    made.app.add_subscriber(ADDRESS, frozenset({"daily", "weekly"}), "paper form", "Mia")
    made.person("Boss", ADMIN)
    return made


@pytest.fixture
def rita(served: Served) -> TestClient:
    return served.person("Rita", Grant(Role.READERS))


def found(client: TestClient, address: str = ADDRESS) -> str:
    answer = client.post("/desk/readers/find", data={"email": address})
    assert answer.status_code == 200, answer.text
    return answer.text


def handle(page: str) -> str:
    told = HANDLE.search(page)
    assert told is not None
    return told[1]


def record(served: Served) -> list[tuple[str, str, str]]:
    acts = [one.act for one in served.app.accounts.record()]
    return [(one.who, one.what, one.about) for one in acts if "reader" in one.what + one.about]


def test_a_reader_is_found_by_their_address_and_each_look_is_written_down(
    served: Served, rita: TestClient
) -> None:
    assert "Find a reader" in rita.get("/desk/readers").text
    page = found(rita, " mia.reader@MAIL.example ".strip())
    assert "M•••@mail.example" in page
    assert "reader@mail.example" not in page.casefold()
    assert "paper form" in page
    assert "the next issue, 2026-11-24" in page
    nobody = rita.post("/desk/readers/find", data={"email": "no@mail.example"})
    assert (nobody.status_code, "No reader has this address." in nobody.text) == (404, True)
    wrong = rita.post("/desk/readers/find", data={"email": "no address"})
    assert (wrong.status_code, "This is no e-mail address." in wrong.text) == (400, True)
    assert record(served) == [
        ("Rita", "look up reader", "reader 1"),
        ("Rita", "look up reader", "nobody"),
    ]


def test_nobody_goes_from_reader_to_reader_by_number(served: Served, rita: TestClient) -> None:
    page = found(rita)
    other = served.person("Olga", Grant(Role.READERS))
    act = {"do": "leave", "how": "letter"}
    for forged in ("", "1", "reader 1 0 99999999999", handle(page)[:-4] + "AAAA"):
        answer = rita.post("/desk/readers/act", data=act | {"reader": forged})
        assert (answer.status_code, "look the reader up again" in answer.text) == (400, True)
    # What one person looked up is no other's.
    assert other.post("/desk/readers/act", data=act | {"reader": handle(page)}).status_code == 400
    served.wait(minutes=61)
    assert rita.post("/desk/readers/act", data=act | {"reader": handle(page)}).status_code == 400
    assert all(one.state == "active" for one in served.app.people.why(1).subscriptions)


def test_a_letter_that_says_take_me_off_needs_no_shell(served: Served, rita: TestClient) -> None:
    who = {"reader": handle(found(rita))}
    unsaid = rita.post("/desk/readers/act", data=who | {"do": "leave daily", "how": " "})
    assert (unsaid.status_code, "Say how they asked" in unsaid.text) == (400, True)
    left = rita.post("/desk/readers/act", data=who | {"do": "leave daily", "how": "a  letter"})
    assert "They have left it." in left.text
    told = served.app.people.why(1)
    assert {one.edition: one.state for one in told.subscriptions} == {
        "daily": "left",
        "weekly": "active",
    }
    last = told.consents[-1]
    assert (last.action, last.source, last.actor) == (
        "withdrawn",
        "asked the newsroom: a letter",
        "desk: Rita",
    )
    never = rita.post("/desk/readers/act", data=who | {"do": "never", "how": "a letter"})
    assert "Never to be mailed: asked, since 2026-11-24" in never.text
    told = served.app.people.why(1)
    assert {one.state for one in told.subscriptions} == {"left"}
    assert [(one.scope, one.reason) for one in told.suppressions] == [("", "asked")]
    assert record(served)[-2:] == [("Rita", "reader leaves", "reader 1")] * 2


def test_who_left_everything_is_not_promised_silence(served: Served, rita: TestClient) -> None:
    who = {"reader": handle(found(rita))}
    rita.post("/desk/readers/act", data=who | {"do": "leave", "how": "on the telephone"})
    told = served.app.people.why(1)
    assert {one.state for one in told.subscriptions} == {"left"}
    assert told.suppressions == ()


def test_they_are_written_to_once_in_ten_minutes(served: Served, rita: TestClient) -> None:
    who = {"reader": handle(found(rita)), "do": "write"}
    for _ in range(2):
        answer = rita.post("/desk/readers/act", data=who)
        assert "A letter with fresh links" in answer.text
    assert len(served.app.rights.people.letters_to(1)) == 1
    assert rita.post("/desk/readers/act", data=who | {"do": "dance"}).status_code == 400


def test_what_is_held_of_them_is_taken_out(served: Served, rita: TestClient) -> None:
    who = {"reader": handle(found(rita))}
    answer = rita.post("/desk/readers/export", data=who)
    assert "reader-data.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as data:
        (name,) = (one for one in data.namelist() if one.endswith(".json"))
        assert json.loads(data.read(name))["email"] == ADDRESS
    assert record(served)[-1] == ("Rita", "export", "reader 1")


def test_an_erasure_wants_the_box_and_proof(served: Served, rita: TestClient) -> None:
    served.wait(minutes=10)
    who = {"reader": handle(found(rita))}
    asks = rita.post("/desk/readers/erase", data=who | {"sure": "yes"})
    assert (asks.status_code, "Is it you?" in asks.text) == (403, True)
    proof = {"_code": served.code("Rita")}
    unsure = rita.post("/desk/readers/erase", data=who | proof)
    assert (unsure.status_code, "Tick the box first" in unsure.text) == (400, True)
    assert served.app.people.find(ADDRESS) == 1
    done = rita.post("/desk/readers/erase", data=who | {"sure": "yes"})
    assert "Reader 1 is erased" in done.text
    assert served.app.people.find(ADDRESS) is None
    assert rita.post("/desk/readers/act", data=who | {"do": "write"}).status_code == 400
    assert record(served)[-1] == ("Rita", "erase reader", "reader 1")
    assert served.app.accounts.verify().sound


def test_what_came_of_each_issue(served: Served, rita: TestClient) -> None:
    for _ in range(4):
        served.wait(hours=1)
        served.app.tick()
    page = found(rita)
    table = page[page.index("Issues, newest first") :]
    assert '<span class="badge good">sent</span>' in table
    served.app.add_subscriber("late@mail.example", frozenset({"daily"}), "paper form", "")
    assert "they asked for the edition later" in found(rita, "late@mail.example")


def test_no_address_in_the_record_or_a_url(served: Served, rita: TestClient) -> None:
    page = found(rita)
    rita.post("/desk/readers/act", data={"reader": handle(page), "do": "write"})
    told = " ".join(str(one) for one in served.app.accounts.record()).casefold()
    assert "mail.example" not in told
    assert not re.search(r'(href|action)="[^"]*(@|%40)', page)


TIE = Tie(edition="daily", name="Daily", state="active", joined_at=NOW, left_at=None)


def test_why_somebody_got_no_issue() -> None:
    day = NOW.replace(day=25)
    assert "asked for the edition later" in why_none(TIE, NOW.replace(day=23), wanted=True)
    assert "less often" in why_none(TIE, day, wanted=False)
    assert "not among those" in why_none(TIE, day, wanted=True)
    assert outcome(DeliveryState.EXCLUDED, "left_since") == "left out: left since"
    assert outcome(DeliveryState.ACCEPTED, "") == "sent"
    assert how_often("weekly", date(2026, 11, 24).isoweekday()) == "once a week, on Tuesday"

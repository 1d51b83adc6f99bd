"""People brought in, read and described by programs."""

from subscribers import Choice
from tests.api.conftest import Api
from tests.subscribers.conftest import NOW, add

ADA = "ada@example.org"


def newcomer(**more: object) -> dict[str, object]:
    """A body that the upsert takes."""
    asked = {"address": ADA, "consent": {"source": "form on example.org"}, "editions": ["morning"]}
    return {**asked, **more}


def test_a_newcomer_is_added_once_and_mailed_never(api: Api) -> None:
    body = newcomer(name="Ada", regions=["africa"], tags=["VIP"], attributes={"crm": "12"})
    first = api.ask("PUT", "/subscribers/by-address", body)
    assert first == {"id": first["id"], "outcome": "added", "kept_out": [], "kept_choice": False}
    events = api.ask("GET", "/events")
    again = api.ask("PUT", "/subscribers/by-address", body)
    assert again == first | {"outcome": "updated"}
    assert api.ask("GET", "/events") == events, "nothing happened by saying it again"
    told = api.ask("GET", f"/subscribers/{first['id']}")
    assert told["address"] == ADA
    assert (told["regions"], told["tags"], told["attributes"]) == (
        ["africa"],
        ["vip"],
        {"crm": "12"},
    )
    (consent,) = api.people.why(first["id"]).consents
    assert (consent.source, consent.actor) == ("form on example.org", "API key tests")


def test_consent_is_required(api: Api) -> None:
    body = {"address": ADA, "editions": ["morning"]}
    (error,) = api.ask("PUT", "/subscribers/by-address", body, status=422)["errors"]
    assert error["pointer"] == "/consent"
    body = newcomer(consent={"source": " "})
    api.ask("PUT", "/subscribers/by-address", body, status=422)
    assert api.people.find(ADA) is None


def test_what_is_wrong_is_told_without_the_address(api: Api) -> None:
    for wrong in (
        newcomer(address="ada@@example"),
        newcomer(editions=["evening"]),
        newcomer(regions=["mars"]),
        newcomer(language="???"),
        newcomer(consent={"source": "form", "at": "2030-01-01T00:00:00Z"}),
        newcomer(consent={"source": "form", "at": "yesterday"}),
        newcomer(tags=["<b>"]),
        newcomer(attributes={"<b>": "x"}),
        newcomer(name="A\0"),
        newcomer(weekly_on="6"),
        newcomer(more="than we know"),
    ):
        told = api.ask("PUT", "/subscribers/by-address", wrong, status=422)
        assert told["errors"], wrong
        assert "ada@" not in str(told)
    assert api.people.find(ADA) is None


def test_suppression_wins(api: Api) -> None:
    who = add(api.people, ADA)
    api.ask("POST", f"/subscribers/{who}/suppress", {"reason": "asked by letter"})
    told = api.ask("PUT", "/subscribers/by-address", newcomer(), status=409)
    assert told["code"] == "suppressed"
    assert api.ask("GET", f"/subscribers/{who}")["suppressions"] == [
        {"edition": "", "reason": "asked by letter", "at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}
    ]


def test_what_they_chose_and_left_themselves_stays(api: Api) -> None:
    who = add(api.people, ADA)
    token = api.people.preferences_path(who, NOW).removeprefix("/p/")
    chosen = Choice(editions=frozenset(), regions=frozenset({"europe"}), topics=frozenset())
    api.people.set_preferences(token, chosen, NOW)
    told = api.ask("PUT", "/subscribers/by-address", newcomer(regions=["africa"], name="Ada"))
    assert told == {"id": who, "outcome": "updated", "kept_out": ["morning"], "kept_choice": True}
    refused = api.ask("PATCH", f"/subscribers/{who}", {"regions": ["africa"]}, status=409)
    assert refused["code"] == "person_chose"
    person = api.ask("PATCH", f"/subscribers/{who}", {"tags": ["donor"], "name": ""})
    assert (person["regions"], person["tags"], person["name"]) == (["europe"], ["donor"], "")
    assert person["subscriptions"][0]["state"] == "left"


def test_more_is_told_of_a_person(api: Api) -> None:
    who = add(api.people, ADA)
    path = f"/subscribers/{who}"
    change = {
        "regions": ["africa", "europe"],
        "language": "pt_BR",
        "frequency": "weekly",
        "weekly_on": 7,
        "limit": 5,
        "style": "large",
        "attributes": {"crm": "12", "plan": "gold"},
    }
    told = api.ask("PATCH", path, change)
    assert told == told | change | {"language": "pt-br"}
    told = api.ask("PATCH", path, {"attributes": {"crm": ""}, "regions": []})
    assert (told["attributes"], told["regions"], told["limit"]) == ({"plan": "gold"}, [], 5)
    assert api.ask("PATCH", path, {}) == told
    api.ask("PATCH", "/subscribers/9", {}, status=404)


def test_one_is_found_by_an_address_in_the_body(api: Api) -> None:
    who = add(api.people, ADA)
    assert api.ask("POST", "/subscribers/find", {"address": "Ada@Example.ORG"})["id"] == who
    api.ask("POST", "/subscribers/find", {"address": "bob@example.org"}, status=404)
    api.ask("POST", "/subscribers/find", {"address": "nobody"}, status=422)


def test_leaving(api: Api) -> None:
    who = add(api.people, ADA, "morning", "weekly", "sport")
    leave = f"/subscribers/{who}/leave"
    assert api.ask("POST", leave, {"editions": ["sport"]}) == {"id": who, "left": ["sport"]}
    assert api.ask("POST", leave, {"reason": "by phone"})["left"] == ["morning", "weekly"]
    assert api.ask("POST", leave, {})["left"] == []
    assert api.people.why(who).consents[-1].source == "API: by phone"


def test_people_come_in_pages(api: Api) -> None:
    everyone = [add(api.people, f"r{one}@example.org") for one in range(7)]
    api.ask("PATCH", f"/subscribers/{everyone[2]}", {"tags": ["vip"]})
    found, after = [], 0
    while after is not None:
        page = api.ask("GET", f"/subscribers?limit=3&after={after}")
        found += [one["id"] for one in page["items"]]
        after = page["next"]
    assert found == everyone
    (one,) = api.ask("GET", "/subscribers?segment=vip")["items"]
    assert one["id"] == everyone[2]
    api.ask("GET", "/subscribers?segment=nobody", status=404)
    for wrong in ("limit=0", "limit=1_0", "limit=5&limit=6", "after=-1", "page=2"):
        api.ask("GET", f"/subscribers?{wrong}", status=422)


def test_editions_and_segments(api: Api) -> None:
    add(api.people, ADA)
    editions = api.ask("GET", "/editions")["items"]
    assert editions[0] == {"slug": "morning", "name": "Morning Briefing", "active": 1}
    names = [one["name"] for one in api.ask("GET", "/segments")["items"]]
    assert names == ["africa", "european-business", "not-vip", "vip"]
    assert api.ask("GET", "/segments/not-vip/count") == {"segment": "not-vip", "people": 1}
    api.ask("GET", "/segments/none/count", status=404)

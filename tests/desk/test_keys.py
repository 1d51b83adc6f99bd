"""Keys of one letter can be others, or none, for each person: WCAG 2.1.4."""

import html
import json
import re
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import InvalidError
from digest.people.keys import USUAL, chosen, kept
from digest.people.roles import Grant, Role
from tests.desk.conftest import Served

signs = st.sampled_from(["", "j", "k", "x", "ü", "字", "1", "/", "\n", "ab", "\0"])


@given(st.dictionaries(st.sampled_from([*USUAL, "other"]), signs))
def test_each_key_does_one_thing(fields: dict[str, str]) -> None:
    try:
        keys = chosen(fields)
    except InvalidError:
        told = [one.strip() for act, one in fields.items() if act in USUAL and one.strip()]
        assert len(set(told)) < len(told) or any(
            len(one) > 1 or not one.isprintable() for one in told
        )
        return
    assert keys.keys() == USUAL.keys()
    set_ = [one for one in keys.values() if one]
    assert len(set(set_)) == len(set_)
    assert kept(json.loads(json.dumps(dict(keys)))) == keys


def shown(page: str) -> Mapping[str, str]:
    """The keys that the script of an issue's page goes by."""
    found = re.search(r'data-keys="([^"]+)"', page)
    assert found is not None
    told: Mapping[str, str] = json.loads(html.unescape(found[1]))
    return told


def test_a_person_has_their_own(desk: Callable[..., Served]) -> None:
    at = desk()
    page = f"/desk/issues/{at.app.newsroom.open_next('daily').id}"
    anna = at.person("anna", Grant(Role.EDITOR))
    bert = at.person("bert", Grant(Role.EDITOR))
    assert shown(anna.get(page).text) == USUAL
    given_ = {f"key-{act}": key for act, key in USUAL.items()}
    mine = given_ | {"key-next": "n", "key-remove": ""}
    assert anna.post("/desk/account/keys", data=mine).status_code == 303
    assert shown(anna.get(page).text) == {**USUAL, "next": "n", "remove": ""}
    assert "<kbd>n</kbd>" in anna.get(page).text
    assert "<dd>remove it</dd>" not in anna.get(page).text
    assert shown(bert.get(page).text) == USUAL
    twice = anna.post("/desk/account/keys", data=given_ | {"key-pin": "e"})
    assert twice.status_code == 400
    assert "for two things" in twice.text
    assert 'name="key-pin" value="e"' in twice.text, "nothing typed is lost"
    assert anna.post("/desk/account/keys", data={"do": "none"}).status_code == 303
    assert set(shown(anna.get(page).text).values()) == {""}
    assert anna.post("/desk/account/keys", data={"do": "usual"}).status_code == 303
    assert shown(anna.get(page).text) == USUAL
    whats = [one.act.what for one in at.app.accounts.record()]
    assert whats.count("keys") == 3


@pytest.mark.parametrize("stored", [None, [], "j", {"next": "x"}])
def test_what_was_stored_otherwise_is_read_all_the_same(stored: object) -> None:
    assert kept(stored).keys() == USUAL.keys()

"""Bounce addresses: they say whose message it was, to us alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver import verp

KEY, OTHER = b"k" * 32, b"o" * 32
REFS = st.builds("{}-{}".format, st.integers(0, 10**10 - 1), st.integers(0, 10**19 - 1))


@given(REFS)
def test_a_deliverys_ref_comes_back(ref: str) -> None:
    token = verp.write(ref, KEY)
    assert verp.read(token, KEY) == ref
    assert verp.read(token, OTHER) is None
    assert len(token) <= verp.LONGEST
    assert verp.write(ref, KEY) == token


@given(st.text(min_size=1, max_size=200))
def test_a_letters_ref_comes_back_in_brief(ref: str) -> None:
    token = verp.write(ref, KEY)
    assert verp.read(token, KEY) == verp.brief(ref)
    assert re.fullmatch(r"[a-z0-9-]+", token)
    assert len(token) <= verp.LONGEST


@given(REFS, st.integers(0, verp.LONGEST), st.sampled_from("abcxyz0129-"))
def test_no_token_with_a_changed_character_is_read(ref: str, at: int, put: str) -> None:
    token = verp.write(ref, KEY)
    changed = token[:at] + put + token[at + 1 :]
    assert changed == token or verp.read(changed, KEY) is None


def test_two_letters_have_two_names() -> None:
    refs = ["test-morning-20261124T060000000001", "test-morning-20261124T060000000002"]
    assert len({verp.brief(ref) for ref in refs}) == 2
    assert verp.brief("1-2") == "1-2"
    assert verp.brief("t-2").startswith("t-")


def test_the_senders_address_is_read_as_servers_return_it() -> None:
    address = verp.sender("bounce@news.example", "12-345", KEY)
    assert re.fullmatch(r"bounce\+12-345-[a-z2-7]{12}@news\.example", address)
    for returned in (address, address.upper(), f" {address}\n"):
        assert verp.read(returned, KEY) == "12-345"


@pytest.mark.parametrize("text", ["", "bounce@news.example", "12-345", "-", "12-345-", "+@", "é-é"])
def test_what_is_no_token_is_nobodys(text: str) -> None:
    assert verp.read(text, KEY) is None

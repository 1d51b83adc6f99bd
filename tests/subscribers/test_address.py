"""Which addresses mail can reach, and when two are one person's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.address import mask, parse
from subscribers.errors import BadAddressError


@pytest.mark.parametrize(
    ("text", "email", "key"),
    [
        ("  Anna.Berg@Example.ORG ", "Anna.Berg@example.org", "anna.berg@example.org"),
        ("o'hara+news@sub.example.org", "o'hara+news@sub.example.org", None),
        ("anna@bücher.example", "anna@xn--bcher-kva.example", None),
        ("anna@XN--BCHER-KVA.example", "anna@xn--bcher-kva.example", None),
        ("anna@example.org.", "anna@example.org", None),
        ("JÖRG@example.org", "JÖRG@example.org", "jörg@example.org"),
        ("jo\u0308rg@example.org", "jörg@example.org", None),
        ("उदा@उदाहरण.भारत", "उदा@xn--p1b6ci4b4b3a.xn--h2brj9c", None),
        ("a@1password.example", "a@1password.example", None),
    ],
)
def test_mailable(text: str, email: str, key: str | None) -> None:
    address = parse(text)
    assert address.email == email
    assert address.key == (key or email.casefold())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "anna@192.0.2.1",
        "an na@example.org",
        ".anna@example.org",
        "anna.@example.org",
        "an..na@example.org",
        '"an na"@example.org',
        "anna@exa mple.org",
        "anna@-example.org",
        "anna@exam_ple.org",
        "anna@example..org",
        "Anna <anna@example.org>",
        "anna@example.org\r\nBcc: all@example.org",
        "anna@example.org,otto@example.org",
        "a" * 65 + "@example.org",
        "ö" * 33 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + ".".join(["b" * 60] * 5) + ".org",
        "j\u202eörg@example.org",
        "jö rg@example.org",
        "anna@xn--\u00fc.org",
        "anna@xn--a.org",
        "anna@\ud800.org",
        "\ud800@example.org",
    ],
)
def test_not_mailable(text: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        parse(text)
    assert "anna" not in str(caught.value)


@settings(deadline=None)
@given(st.text(max_size=90), st.text(max_size=30))
def test_any_text_gives_an_address_or_one_error(local: str, domain: str) -> None:
    try:
        address = parse(f"{local}@{domain}.example")
    except BadAddressError:
        return
    again = parse(address.email)
    assert again == address
    assert parse(address.key).key == address.key
    assert len(address.email.encode()) <= 254
    assert len(address.key) <= 320
    assert "\n" not in address.email
    assert mask(address.email).count("@") == 1


LOCAL = st.text("abcXYZ019._+-öÅßiİıſ\u0301", min_size=1, max_size=20)


@settings(deadline=None)
@given(LOCAL)
def test_case_makes_no_other_person(local: str) -> None:
    try:
        address = parse(f"{local}@example.org")
        upper = parse(f"{local}@EXAMPLE.ORG")
    except BadAddressError:
        return
    assert address.key == upper.key
    if local.isascii():
        assert parse(f"{local.swapcase()}@example.org").key == address.key


def test_a_masked_address_shows_one_letter() -> None:
    assert mask("anna.berg@example.org") == "a•••@example.org"
    assert mask("anna@xn--bcher-kva.example") == "a•••@bücher.example"
    assert mask("broken") == "•••@broken"

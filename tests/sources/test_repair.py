"""Feed documents mended before a parser sees them."""

import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.repair import repair


def title(document: bytes, charset: str = "") -> str | None:
    return ET.fromstring(repair(document, charset)).findtext("title")


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("Caf&eacute; d&rsquo;or", "Café d’or"),
        ("AT&T & Verizon", "AT&T & Verizon"),
        ("a &amp; b &lt; c", "a & b < c"),
        ("Re&colon; Double-entry", "Re: Double-entry"),
        ("x&nbsp;y", "x\xa0y"),
        ("&unknown; &", "&unknown; &"),
        ("it&#8217;s &#x201c;ok&#X201D;", "it’s “ok”"),
        ("it&#146;s", "it’s"),
        ("bad &#0;&#x1F;&#xD800;&#99999999; refs", "bad  refs"),
        ("bell\x07", "bell"),
        ("<![CDATA[AT&T &eacute; & more]]>", "AT&T &eacute; & more"),
        ("<!-- & &eacute; -->x & y", "x & y"),
        ("&NotEqualTilde;", "≂̸"),
        ("&AMP;&LT;", "&<"),
    ],
)
def test_mends(inside: str, said: str) -> None:
    assert title(f"<r><title>{inside}</title></r>".encode()) == said


def test_what_is_well_formed_stays() -> None:
    document = "<r a='1&amp;2'><title>x &lt; ü</title><!-- c --><![CDATA[&]]></r>"
    assert repair(document.encode()).decode().partition("\n")[2] == document


def test_entities_that_the_document_declares_are_its_own() -> None:
    document = b'<!DOCTYPE r [<!ENTITY copy "ours">]><r><title>&copy; &eacute;</title></r>'
    assert title(document) == "ours é"


@pytest.mark.parametrize(
    "before", [b"\n \n", b"\xef\xbb\xbf", b"Warning: x in y.php\n", b"\xef\xbb\xbf\n"]
)
def test_what_stands_before_the_document_goes(before: bytes) -> None:
    document = b'<?xml version="1.0" encoding="utf-8"?><rss><title>x</title></rss>'
    assert title(before + document) == "x"


TITLE = "Ürümqi – Ноябрь"


@pytest.mark.parametrize(
    ("encoding", "declared", "served", "text"),
    [
        ("utf-8", "", "", TITLE),
        ("utf-8", "iso-8859-1", "", TITLE),  # wrong about itself
        ("utf-8", "", "iso-8859-1", TITLE),  # wrong served
        ("utf-16", "utf-16", "", TITLE),
        ("utf-16-le", "utf-16", "", TITLE),
        ("utf-16-be", "utf-16", "", TITLE),
        ("utf-16-le", "", "", TITLE),
        ("utf-16-be", "", "utf-8", TITLE),
        ("utf-8-sig", "", "", TITLE),
        ("koi8-r", "koi8-r", "utf-8", "Ноябрь"),
        ("cp1252", "iso-8859-1", "", "“Zürich”"),  # WHATWG: says 8859-1, means 1252
        ("cp1252", "utf-8", "", "“Zürich” Fähre"),
        ("cp1252", "", "", "Zürich"),
        ("cp1252", "", "windows-1252", "Zürich"),
        ("cp1251", "", "windows-1251", "Ноябрь"),
        ("shift_jis", "shift_jis", "", "新聞 & 雑誌"),
        ("iso2022_jp", "iso-2022-jp", "", "新聞"),
        ("gbk", "gb2312", "", "新闻"),
        ("big5", "big5", "", "新聞"),
        ("euc_kr", "euc-kr", "", "신문"),
        ("cp1252", "no-such-charset", "", "Zürich"),
        ("cp1252", "rot13", "punycode", "Zürich"),
    ],
)
def test_encodings(encoding: str, declared: str, served: str, text: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = f"{declaration}<r><title>{text}</title></r>".encode(encoding)
    assert title(document, served) == text


def test_utf_8_with_a_broken_byte_stays_utf_8() -> None:
    text = "Übergröße für Ölbäume über München " * 3
    broken = f"<r><title>{text}".encode() + b"\xc3" + b"</title></r>"
    assert title(broken) == f"{text}\ufffd"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_survives_escaped_or_in_cdata(text: str) -> None:
    text = text.replace("]]>", "").replace("\ufffe", "").replace("\uffff", "")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for inside in (escaped, f"<![CDATA[{text}]]>"):
        assert (title(f"<r><title>{inside}</title></r>".encode()) or "") == text


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "latin-1", "utf-16", "hex", "idna", "utf-7", "\x00", "x" * 99]),
)
def test_any_bytes_become_utf_8(body: bytes, charset: str) -> None:
    repair(body, charset).decode("utf-8")


@given(st.binary(max_size=300))
def test_mending_twice_is_mending_once(body: bytes) -> None:
    once = repair(body)
    assert repair(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        b"<![CDATA[",
        b"<!--",
        b"&",
        b"&a",
        b"&#",
        b"<!ENTITY ",
        b"<?xml ",
        b"\xc3",
        b"&eacute;",
        b"]]>",
    ],
)
def test_hostile_documents_cost_linear_time(piece: bytes) -> None:
    started = time.process_time()
    repair(piece * (2_000_000 // len(piece)))
    assert time.process_time() - started < 4

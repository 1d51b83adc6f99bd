"""Preflight finds what is doubtful, and passes what is not."""

from dataclasses import replace

from digest.model import FilledSection, Fragment, Layout, Token
from digest.render.checks import Finding, Severity, check
from digest.render.render import Renderer
from tests.render.issue import BRAND, TEMPLATES, card, content, twenty

RENDERER = Renderer([TEMPLATES], BRAND)


def findings(*cards: object, **more: object) -> list[Finding]:
    section = FilledSection(slug="a", title="A", layout=Layout.CARDS, cards=cards)  # type: ignore[arg-type]
    return check(RENDERER.render(content(section, **more)))


def kinds(found: list[Finding]) -> set[tuple[str, Severity]]:
    return {(finding.check, finding.severity) for finding in found}


def test_a_good_issue_passes() -> None:
    assert check(RENDERER.render(twenty())) == []


def test_pictures() -> None:
    assert kinds(findings(card(1, "x", picture="http://m.example/a.png"))) == {
        ("image", Severity.WARN)
    }
    assert kinds(findings(card(1, "x", picture="http://127.0.0.1:8000/a.png"))) == set()
    assert kinds(findings(card(1, "x", picture="https://m.example/a.png", alt=" "))) == {
        ("alt", Severity.WARN)
    }


def test_a_story_without_a_usable_address_blocks() -> None:
    assert kinds(findings(card(1, "x", url="javascript:x"))) == {("link", Severity.BLOCK)}


def test_residue_in_headline_and_subject() -> None:
    for words in ("Dear {{ name }}", "AT&amp;T", "[TITLE] goes here", "*|FNAME|* says", "<%x%>"):
        assert kinds(findings(card(1, words))) == {("residue", Severity.WARN)}, words
        assert kinds(findings(card(1, "x"), subject=words)) == {("residue", Severity.WARN)}, words
    assert findings(card(1, "Q&A: what’s next [updated] for R&D?")) == []


def test_size() -> None:
    many = tuple(card(n, f"{n} " + "x" * 290, standfirst="y" * 600) for n in range(60))
    found = findings(*many)
    assert kinds(found) == {("size", Severity.BLOCK)}
    assert kinds(findings(*many[:28])) == {("size", Severity.WARN)}


def test_the_way_out_must_be_in_both_parts() -> None:
    variant = RENDERER.render(twenty())
    bare = tuple(piece for piece in variant.text if piece is not Token.LEAVE_URL)
    found = check(replace(variant, fragments=(Fragment(variant.html, bare),)))
    assert [(finding.check, finding.where) for finding in found] == [("leave", "text")]


def test_empty_subject_and_preheader() -> None:
    assert kinds(findings(card(1, "x"), subject=" ", preheader="")) == {
        ("subject", Severity.BLOCK),
        ("subject", Severity.WARN),
    }

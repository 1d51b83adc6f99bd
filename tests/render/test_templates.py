"""What is wrong in a template is told with file and line; what the engine gets wrong is refused."""

from pathlib import Path

import pytest

from digest.model import Token
from digest.render.compile import Compiler
from digest.render.components import BROKEN, NO_JINJA, REFUSED
from digest.render.lint import lint
from digest.render.mistakes import BadTemplateError
from digest.render.render import Renderer
from digest.render.source import read
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS, twenty, write_files

HEAD = (
    "<mjml><mj-head><mj-title>T</mj-title><mj-attributes>"
    '<mj-all font-family="Georgia, serif"/></mj-attributes>{head}</mj-head>\n<mj-body>\n'
)
TAIL = "\n</mj-body></mjml>"


def mistakes(folder: Path, body: str, head: str = "") -> list[str]:
    """The lint's words on a page; its first line of body is line 3."""
    write_files(folder, {"page.mjml": HEAD.format(head=head) + body + TAIL})
    try:
        return [str(mistake) for mistake in lint(read([folder], "page.mjml"), {"own.example"})]
    except BadTemplateError as error:
        return [str(mistake) for mistake in error.mistakes]


def in_column(content: str) -> str:
    """``content`` in a column, on line 4 of the file."""
    return f"<mj-section><mj-column>\n{content}\n</mj-column></mj-section>"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (in_column("<mj-txt>x</mj-txt>"), "page.mjml:4: <mj-txt> is no MJML tag; did you mean"),
        (in_column('<mj-text colour="#fff">x</mj-text>'), "no attribute 'colour'; did you mean 'c"),
        (in_column('<mj-text font-size="12bananas">x</mj-text>'), "is no px: pixels like 12px"),
        (in_column('<mj-text align="middle">x</mj-text>'), "is no text_align: left, right"),
        ('<mj-section padding="0 12px 4px"></mj-section>', "the sides uncounted, and Outlook sets"),
        ("<mj-section><mj-text>x</mj-text></mj-section>", "may not stand in <mj-section>"),
        (in_column("<mj-section></mj-section>"), "may not stand in <mj-column>"),
        (in_column("<p>x</p>"), "put HTML into mj-text or mj-raw"),
        (in_column('<mj-image src="{{ x }}"/>'), "page.mjml:4: <mj-image> has no alt"),
        (in_column('<mj-text><img src="{{ x }}"></mj-text>'), "<img> has no alt"),
        (in_column('<mj-image src="https://cdn.example/a.png" alt=""/>'), "loads from cdn.example"),
        (in_column('<mj-image src="https://cdn.example/{{ a }}" alt=""/>'), "loads from cdn.exam"),
        (
            in_column('<mj-text><b style="background:url(//cdn.example/a)">x</b></mj-text>'),
            "cdn.ex",
        ),
        (in_column('<mj-text mj-class="one two">x</mj-text>'), "several names in mj-class"),
        (in_column('<mj-text mj-class="{{ one }}">x</mj-text>'), "no Jinja2 in 'mj-class'"),
        (in_column('<mj-image src="{{ a }}" alt="" width="{{ w }}"/>'), "no Jinja2 in 'width'"),
        (in_column("<mj-text>a < b</mj-text>"), "page.mjml:4: stray '<'"),
        (in_column("<mj-text><p>x</mj-text>"), "</mj-text> does not match <p> opened at page.mj"),
        (in_column("<mj-text align=left>x</mj-text>"), "no quoted value"),
        (in_column("<mj-text {% if a %}align='left'{% endif %}>x</mj-text>"), "Jinja2 between"),
        (in_column("<mj-text><script>x()</script></mj-text>"), "<script> is not allowed in mail"),
        (in_column('<mj-text><a href="javascript:x()">x</a></mj-text>'), "not javascript:"),
        (in_column('<mj-text><b onclick="x()">x</b></mj-text>'), "the handler 'onclick'"),
        (in_column("<mj-text>{{ story|safe }}</mj-text>"), "Jinja2's 'safe' is not allowed"),
        (in_column("<mj-text>{% raw %}x{% endraw %}</mj-text>"), "Jinja2's 'raw' is not allowed"),
        ("<mj-hero></mj-hero>", "<mj-hero> is not allowed"),
        ('<mj-wrapper gap="4px"></mj-wrapper>', "'gap' on <mj-wrapper>: the engine ignores it"),
        ("<mj-wrapper><mj-raw><b>x</b></mj-raw></mj-wrapper>", "else only Outlook shows it"),
        ('<mj-raw position="file-start"></mj-raw>', "'position' on <mj-raw>"),
        ("<mj-section>", "</mj-body> does not match <mj-section> opened at page.mjml:3"),
        ("<mj-raw>" + "<b>" * 100 + "</b>" * 100 + "</mj-raw>", "nested more than 60 deep"),
    ],
)
def test_each_mistake_is_named_with_its_line(tmp_path: Path, body: str, says: str) -> None:
    found = mistakes(tmp_path, body)
    assert any(says in mistake for mistake in found), found
    assert all(mistake.startswith("page.mjml:") for mistake in found)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('<mj-style inline="inline">.a{color:red}</mj-style>', "the engine does not inline"),
        ("<mj-html-attributes></mj-html-attributes>", "the engine does not know it"),
        ('<mj-font name="Roboto" href="https://fonts.example/x"/>', "<mj-font> is not allowed"),
        ("<mj-preview>x</mj-preview>", "writes it in white"),
        ("<mj-style>@import url(https://fonts.example/x)</mj-style>", "loads from fonts.example"),
    ],
)
def test_head_mistakes(tmp_path: Path, head: str, says: str) -> None:
    found = mistakes(tmp_path, "", head)
    assert any(says in mistake for mistake in found), found


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_every_tag_that_the_engine_gets_wrong_is_refused(tmp_path: Path, name: str) -> None:
    written = f"<{name}></{name}>" if name != "mj-include" else "<mj-include>"
    found = mistakes(tmp_path, written)
    assert any(f"<{name}> is not allowed" in one or "an include" in one for one in found), found


@pytest.mark.parametrize(("tag", "attribute"), sorted(BROKEN))
def test_every_attribute_that_the_engine_drops_is_refused(
    tmp_path: Path, tag: str, attribute: str
) -> None:
    found = mistakes(tmp_path, f'<{tag} {attribute}="1"></{tag}>')
    assert any(f"'{attribute}' on <{tag}>: the engine" in one for one in found), found


@pytest.mark.parametrize(("tag", "attribute"), sorted(NO_JINJA))
def test_no_jinja_where_the_engine_calculates(tmp_path: Path, tag: str, attribute: str) -> None:
    found = mistakes(tmp_path, f'<{tag} {attribute}="{{{{ x }}}}"></{tag}>')
    assert any(f"no Jinja2 in '{attribute}' of <{tag}>" in one for one in found), found


def test_a_page_without_fault_has_no_mistakes(tmp_path: Path) -> None:
    fine = in_column(
        '<mj-image src="https://own.example/a.png" alt=""/>{% if a < b %}'
        '<mj-text color="{{ c }}">x<br>{{ a }}</mj-text>{% endif %}'
    )
    assert mistakes(tmp_path, f"<mj-wrapper><mj-raw>{{% if a %}}</mj-raw></mj-wrapper>{fine}") == []


def test_a_mistake_in_a_partial_names_the_partial(tmp_path: Path) -> None:
    page = HEAD.format(head="") + '{% include "parts/a.mjml" %}' + TAIL
    write_files(tmp_path, {"page.mjml": page, "parts/a.mjml": in_column("\n<mj-txt/>")})
    with pytest.raises(BadTemplateError) as raised:
        Compiler().html(read([tmp_path], "page.mjml"))
    assert "parts/a.mjml:3: <mj-txt>" in str(raised.value)


def test_jinja_syntax_errors_name_file_and_line(tmp_path: Path) -> None:
    page = HEAD.format(head="") + in_column("<mj-text>x</mj-text>\n{% if %}") + TAIL
    write_files(tmp_path, {"page.mjml": page, "page.txt": "a\n{% for %}\n"})
    with pytest.raises(BadTemplateError, match=r"page\.mjml:5: Jinja2"):
        Compiler().html(read([tmp_path], "page.mjml"))
    with pytest.raises(BadTemplateError, match=r"page\.txt:2: Jinja2"):
        Compiler().text(read([tmp_path], "page.txt"))


def test_includes_stay_inside_the_folders(tmp_path: Path) -> None:
    inside = tmp_path / "templates"
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "templates").mkdir()
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    for path in ("../secret.txt", "/etc/passwd", "link.txt", "none.txt", "a/../../secret.txt"):
        write_files(inside, {"page.txt": f'x\n{{% include "{path}" %}}'})
        with pytest.raises(BadTemplateError, match=r"page\.txt:2: "):
            read([inside], "page.txt")
    write_files(inside, {"page.txt": "{% include which %}"})
    with pytest.raises(BadTemplateError, match="one quoted file"):
        read([inside], "page.txt")


def test_circular_and_deep_includes_cost_one_error(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.mjml": '<mj-include path="b.mjml"/>', "b.mjml": '{% include "a.mjml" %}'}
    )
    with pytest.raises(BadTemplateError, match=r"b\.mjml:1: 'a\.mjml' includes itself: a.* → b"):
        read([tmp_path], "a.mjml")
    many = {f"n{n}.mjml": f'{{% include "n{n + 1}.mjml" %}}' for n in range(30)}
    write_files(tmp_path, many)
    with pytest.raises(BadTemplateError, match="too many includes"):
        read([tmp_path], "n0.mjml")


def test_a_newsroom_overrides_one_partial(tmp_path: Path) -> None:
    write_files(tmp_path, {"partials/footer.txt": "our own footer {{ leave_url }}"})
    text = read([tmp_path, TEMPLATES], "daily.txt").text
    assert "our own footer" in text
    assert "{{ brand.name }}" in text, "the other partials are still the bundled ones"


def test_the_page_has_the_newsrooms_own_partial_and_a_mistake_names_its_file(
    tmp_path: Path,
) -> None:
    own = "<mj-section><mj-column>\n<mj-text>{}</mj-text></mj-column></mj-section>"
    renderer = Renderer([tmp_path, TEMPLATES], BRAND)
    write_files(tmp_path, {"partials/footer.mjml": own.format("Ours: {{ leave_url }}")})
    html = fill(renderer.render(twenty()).html, TOKENS, html=True)
    assert f"Ours: {TOKENS[Token.LEAVE_URL]}" in html
    assert "Unsubscribe" not in html
    assert "Story 3" in html, "all else is the bundled ones'"
    broken = own.format("x").replace("<mj-text>", "<mj-text colour='red'>")
    write_files(tmp_path, {"partials/footer.mjml": broken})
    with pytest.raises(BadTemplateError, match=r"partials/footer\.mjml:2: .*colour"):
        renderer.render(twenty())
    write_files(tmp_path, {"partials/footer.mjml": own.format("{{ nothing.at_all }}")})
    with pytest.raises(BadTemplateError, match=r"partials/footer\.mjml:2: .*nothing"):
        renderer.render(twenty())


def test_comments_are_left_out_and_lines_stay_true(tmp_path: Path) -> None:
    write_files(tmp_path, {"page.txt": '{# one\ntwo #}<!-- {% include "none.txt" %}\n-->\nhere'})
    source = read([tmp_path], "page.txt")
    assert source.text == "\n\n\nhere"
    assert source.at(source.text.index("here")) == ("page.txt", 4)

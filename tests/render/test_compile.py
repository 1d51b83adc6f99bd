"""Compiling: tags come back unharmed, lost ones are told, a crash costs one compile."""

import subprocess
import sys
from pathlib import Path

import pytest

from digest.render import compile as compiling
from digest.render.compile import Compiler, restore, shield
from digest.render.mistakes import BadTemplateError
from digest.render.source import Source, read
from tests.render.issue import write_files
from tests.render.test_templates import HEAD, TAIL, in_column


def source(text: str) -> Source:
    return Source("page.mjml", text, ((0, "page.mjml", 1),))


def page(body: str) -> Source:
    return source(HEAD.format(head="") + body + TAIL)


def test_tags_and_literals_survive_the_engine() -> None:
    tags = ['{% if a < b and c == "x" %}', "{{ c|default('\"') }}", "{%- endif -%}"]
    body = in_column(
        f'{tags[0]}<mj-image src="{{{{ s }}}}" alt="हिन्दी ❤️ {tags[1]}" title="a"/>{tags[2]}'
    )
    compiled = Compiler().html(page(body))
    flat = compiled.text.replace("\n", "")
    for tag in tags:
        assert tag in flat
    assert "\\u{" not in flat, "the engine Debug-formats what is not ASCII"
    assert "&#2361;&#2367;" in flat


def test_each_line_of_the_result_names_its_tag() -> None:
    compiled = Compiler().html(page(in_column("<mj-text>{{ a }}\n{{ b }} {{ c }}</mj-text>")))
    lines = compiled.text.split("\n")
    for name, there in (("{{ a", 4), ("{{ b", 5), ("{{ c", 5)):
        line = next(number for number, text in enumerate(lines, 1) if name in text)
        assert compiled.at(line) == ("page.mjml", there)


def test_a_lost_or_doubled_block_tag_is_told() -> None:
    text = source("a\n{% if x %}\n{{ y }}")
    shielded = shield(text)
    with pytest.raises(BadTemplateError, match=r"page\.mjml:2: .* got lost"):
        restore(text, shielded, "zJ0001Zj")
    with pytest.raises(BadTemplateError, match=r"page\.mjml:2: .* came out 2 times"):
        restore(text, shielded, "zJ0000Zj zJ0000Zj zJ0001Zj")
    with pytest.raises(BadTemplateError, match=r"page\.mjml:3: .* got lost"):
        restore(text, shielded, "zJ0000Zj")


def test_css_keeps_its_characters() -> None:
    head = '<mj-style>.a::before { content: "→"; color: {{ c }} }</mj-style>'
    compiled = Compiler().html(source(HEAD.format(head=head) + TAIL))
    assert r'content:"\2192 "' in compiled.text
    assert "&#8594;" not in compiled.text


def test_the_bare_engine_dies_of_what_we_refuse() -> None:
    """Why all this: if a newer engine survives these, the guards may go."""
    deep = (
        "<mjml><mj-body><mj-raw>"
        + "<b>" * 100_000
        + "</b>" * 100_000
        + "</mj-raw></mj-body></mjml>"
    )
    worker = Path(compiling.__file__).with_name("worker.py")
    done = subprocess.run(
        [sys.executable, worker], input=deep.encode(), capture_output=True, check=False
    )
    assert done.returncode < 0


def test_a_crash_costs_one_compile_and_nothing_else() -> None:
    compiler = Compiler()
    deep = (
        "<mjml><mj-body><mj-raw>"
        + "<b>" * 100_000
        + "</b>" * 100_000
        + "</mj-raw></mj-body></mjml>"
    )
    with pytest.raises(BadTemplateError, match="crashed"):
        compiler._engine(source(deep), deep)
    with pytest.raises(BadTemplateError, match="refused"):
        compiler._engine(source(""), "<mjml><mj-oops></mjml>")
    assert "hello" in compiler.html(page(in_column("<mj-text>hello</mj-text>"))).text


def test_a_hung_engine_is_stopped() -> None:
    with pytest.raises(BadTemplateError, match="was stopped"):
        Compiler(seconds=0.001).html(page(in_column("<mj-text>hello</mj-text>")))


def test_results_are_kept_between_processes(tmp_path: Path) -> None:
    text = page(in_column("<mj-text>{{ a }}</mj-text>"))
    first = Compiler(cache=tmp_path).html(text)
    # an engine that has no time at all: only the kept result can answer
    assert Compiler(cache=tmp_path, seconds=0.001).html(text) == first
    for kept in tmp_path.iterdir():
        kept.write_text("{torn")
    assert Compiler(cache=tmp_path).html(text) == first


def test_an_edited_partial_is_compiled_anew(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "page.mjml": HEAD.format(head="") + '{% include "a.mjml" %}' + TAIL,
            "a.mjml": in_column("<mj-text>old</mj-text>"),
        },
    )
    compiler = Compiler()
    assert "old" in compiler.html(read([tmp_path], "page.mjml")).text
    write_files(tmp_path, {"a.mjml": in_column("<mj-text>new</mj-text>")})
    assert "new" in compiler.html(read([tmp_path], "page.mjml")).text


def test_our_sentinels_cannot_be_forged() -> None:
    with pytest.raises(BadTemplateError, match="kept for the compiler"):
        Compiler().html(page(in_column("<mj-text>zJ0000Zj {{ a }}</mj-text>")))

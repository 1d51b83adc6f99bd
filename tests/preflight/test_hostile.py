"""No story makes a check fail or cry that a template is at fault."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from digest.model import VariantContent
from digest.preflight import CHECKS, preflight
from digest.preflight.page import read
from tests.preflight.mails import STANDARD, good, rendered
from tests.render.test_hostile import ACTING, all_at_once, issues, often, one


@often
@given(issue=issues)
@example(issue=one(all_at_once))
@example(issue=one(" ".join(ACTING)))
@example(issue=one(""))
def test_any_story(issue: VariantContent) -> None:
    found = preflight(rendered(issue), STANDARD)
    assert {finding.check for finding in found} == set(CHECKS) - {"reach"}
    for finding in found:
        for blamed in ("left of the template", "where a value should be"):
            assert blamed not in finding.why
        assert finding.check != "leave" or finding.level == "pass"


@often
@example(html="\ud800")
@given(html=st.text(st.sampled_from("<>/=\"'& atdiv{}:;#!-px1") | st.characters(), max_size=200))
def test_any_html(html: str) -> None:
    read(html)
    preflight(replace(good(), html=html, text=html), STANDARD)


@often
@given(raw=st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    preflight(replace(good(), raw=raw), STANDARD)
    preflight(replace(good(), raw=good().raw[: len(raw) * 4] + raw), STANDARD)

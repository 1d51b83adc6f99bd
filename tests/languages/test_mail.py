"""Mail in a language says every word of ours in it, in both parts."""

import re
from dataclasses import replace

import pytest

from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.judges.mails import NAMES, issue
from tests.languages.test_pages import Words
from tests.render.issue import BRAND, TEMPLATES, TOKENS

LINK = re.compile(r"https?://\S+")


@pytest.mark.parametrize("template", NAMES)
def test_an_arabic_mail_holds_no_latin_word(template: str) -> None:
    brand = replace(BRAND, name="النشرة", tagline="", postal_address="")
    told = issue(template, "ar")
    sections = tuple(
        replace(section, cards=tuple(replace(card, source="") for card in section.cards))
        for section in told.sections
    )
    variant = Renderer([TEMPLATES], brand).render(replace(told, sections=sections))
    html = fill(variant.html, TOKENS, html=True)
    body = re.sub(r"<!--.*?-->|<style.*?</style>", "", html, flags=re.DOTALL)
    words = " ".join(Words(body.replace("<!doctype html>", "")).found)
    text = LINK.sub("", fill(variant.text, TOKENS, html=False))
    for shown in (words, text):
        assert "إلغاء الاشتراك" in shown
        assert not re.search(r"[A-Za-z]{2,}", shown), shown

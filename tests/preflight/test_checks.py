"""Each check passes a good mail, and tells what is wrong with a spoilt one."""

from dataclasses import replace

import pytest

from digest.model import Image, Layout, Level, More, Token, Utm
from digest.preflight import CHECKS, Answer, Mail, Standard, blocking, preflight, to_try
from tests.preflight.mails import HEADLINES, STANDARD, good, kinds, mail, said, story
from tests.render.issue import TOKENS, twenty

LEAVE, PREFERENCES = TOKENS[Token.LEAVE_URL], TOKENS[Token.PREFERENCES_URL]


def test_a_good_mail_passes_and_each_check_says_what_it_looked_at() -> None:
    found = preflight(good(), STANDARD)
    assert said(good()) == []
    assert [finding.check for finding in found] == [name for name in CHECKS if name != "reach"]
    assert all(finding.why for finding in found)


@pytest.mark.parametrize("template", ["daily", "weekly", "brief", "quiet"])
@pytest.mark.parametrize("language", ["en", "fr", "ar", "hi", "sw"])
def test_the_bundled_templates_pass(template: str, language: str) -> None:
    assert said(mail(template=template, language=language)) == []


@pytest.mark.parametrize("template", ["daily", "weekly", "brief", "quiet"])
@pytest.mark.parametrize("style", ["large", "headlines"])
def test_so_does_every_style(template: str, style: str) -> None:
    assert said(mail(template=template, style=style)) == []


CARDS = [
    # the story's link, what is said of it
    ({"url": "https://other.news/a"}, set()),
    ({"url": "http://other.news/a"}, {("links", "warn")}),
    ({"url": "https://www.example.org/a"}, {("links", "warn")}),
    ({"url": "http://localhost:8080/a"}, {("links", "block")}),
    ({"url": "https://cms.local/a"}, {("links", "block")}),
    ({"url": "https://paper.test/a"}, {("links", "block")}),
    ({"url": "https://intranet/a"}, {("links", "block")}),
    ({"url": "https://10.1.2.3/a"}, {("links", "block")}),
    ({"url": "https://[fd00::1]/a"}, {("links", "block")}),
    ({"url": "https://2130706433/a"}, {("links", "block")}),
    ({"url": "https://0x7f.1/a"}, {("links", "block")}),
    ({"url": "https://staging.paper.co.uk/a"}, {("links", "block")}),
    ({"url": "https://preview.paper.news/a"}, {("links", "block")}),
    ({"url": "https://dev.to/a"}, set()),
    ({"url": "https://stagingpost.news/a"}, set()),
    ({"url": "javascript:alert(1)"}, {("links", "block"), ("fields", "block")}),
    ({"url": ""}, {("links", "block"), ("fields", "block")}),
    ({"headline": " "}, {("fields", "block")}),
    ({"byline": "", "source": ""}, {("fields", "warn")}),
    ({"language": "None"}, {("fields", "block")}),
    # pictures
    ({"image": Image(url="http://meridian.example/a.png", alt="x")}, {("images", "warn")}),
    ({"image": Image(url="https://cdn.meridian.example/a.png", alt="x")}, set()),
    ({"image": Image(url="https://tracker.news/a.png", alt="x")}, {("images", "warn")}),
    ({"image": Image(url="https://meridian.example/a.png", alt=" ")}, {("images", "warn")}),
    ({"image": Image(url="http://10.0.0.1/a.png", alt="x")}, {("images", "block")}),
    # the same again
    ({"url": "https://meridian.example/1"}, {("duplicates", "warn")}),
    ({"headline": "Night Trains return to the northern line!"}, {("duplicates", "warn")}),
    ({"headline": "The night trains return to the northern line"}, {("duplicates", "warn")}),
    # other people's placeholders
    ({"standfirst": "Write [unsubscribe] to leave"}, {("tokens", "warn")}),
    ({"headline": "Dear {{ first_name }}, the harbour closes"}, {("tokens", "warn")}),
    ({"kicker": "*|FNAME|*"}, {("tokens", "warn")}),
    ({"more": (More(headline="<%body%>", url="https://m.news/9"),)}, {("tokens", "warn")}),
    ({"headline": "A mother-in-law wins -again- at chess"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), CARDS)
def test_a_card(changes: dict[str, object], expected: set[tuple[str, str]]) -> None:
    found = said(mail(*(story(number) for number in (1, 2, 3)), story(0, **changes)))
    assert kinds(found) == expected
    assert all(finding.where and finding.fix for finding in found)


TWICE = "The river rises above its banks, and then falls"
MAILS = [
    # subject and preheader
    ({"subject": ""}, {("subject", "block"), ("headers", "block"), ("structure", "warn")}),
    ({"subject": "x " * 40 + "end"}, {("subject", "warn")}),
    ({"subject": "word " * 60}, {("subject", "block")}),
    ({"subject": "[TEST] The river rises"}, {("subject", "block")}),
    ({"subject": "Test: England are all out by tea"}, set()),
    ({"subject": "EVERYTHING MUST GO"}, {("subject", "warn")}),
    ({"subject": "UNESCO"}, set()),
    ({"subject": "मानसून की देरी से किसान चिंतित"}, set()),
    ({"preheader": ""}, {("preheader", "warn")}),
    ({"preheader": "Short"}, {("preheader", "warn")}),
    ({"preheader": "x" * 140}, {("preheader", "warn")}),
    ({"subject": TWICE, "preheader": TWICE.upper()}, {("preheader", "warn")}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), MAILS)
def test_subject_and_preheader(changes: dict[str, object], expected: set[tuple[str, str]]) -> None:
    assert kinds(said(mail(**changes))) == expected


@pytest.mark.parametrize("character", ["\n", "\x00", "\u202e", "\u2066", "\u2028"])
def test_characters_that_act(character: str) -> None:
    spoilt = replace(good(), subject=f"River{character} towns", preheader=f"{character}Also" * 10)
    assert kinds(said(spoilt)) == {("subject", "block"), ("preheader", "block")}


def html(old: str, new: str) -> Mail:
    assert old in good().html, old
    return replace(good(), html=good().html.replace(old, new))


def text(old: str, new: str) -> Mail:
    assert old in good().text, old
    return replace(good(), text=good().text.replace(old, new))


SPOILT = [
    (html('lang="en" dir="ltr"', 'lang="de" dir="ltr"'), ("structure", "warn")),
    (html('lang="en" dir="ltr"', 'lang="en" dir="rtl"'), ("structure", "warn")),
    (html("<h1", "<h2"), ("structure", "warn")),
    (html("</h1>", '</h1><h1 class="k">Another</h1>'), ("structure", "warn")),
    (html("</h1>", '</h1><h4 class="k">Too deep</h4>'), ("structure", "warn")),
    (html("</h1>", '</h1><table class="k"><tr><td>x</table>'), ("structure", "warn")),
    (html("</h1>", '</h1><a href="">Nowhere</a>'), ("links", "block")),
    (html("</h1>", '</h1><a href="#top">Up</a>'), ("links", "warn")),
    (html("</h1>", '</h1><a href="#up">Up</a><p class="k" id="up">There</p>'), None),
    (html("</h1>", '</h1><a href="#Up%20there">Up</a><a name="Up there"></a>'), None),
    (html("</h1>", '</h1><a href="/about">About</a>'), ("links", "block")),
    (html("</h1>", '</h1><a href="mailto:a@b.news">Write</a>'), None),
    (html("</h1>", '</h1><img alt="x" src="data:a" width="9" height="9">'), ("images", "warn")),
    (html("</h1>", '</h1><img alt="x" src="" width="9" height="9">'), ("images", "block")),
    (html("</h1>", '</h1><img alt="x" src="https://meridian.example/x">'), ("images", "warn")),
    (html("</h1>", '</h1><p class="k">{{ name }}</p>'), ("fields", "block")),
    (html("</h1>", '</h1><p class="k">{% if x %}</p>'), ("fields", "block")),
    (html("</h1>", '</h1><p class="k">None</p>'), ("fields", "block")),
    (html("Housing", "undefined"), ("fields", "block")),
    (html("</h1>", '</h1><p class="k">' + "x" * 70_000 + "</p>"), ("size", "warn")),
    (html("</h1>", '</h1><p class="k">' + "x" * 90_000 + "</p>"), ("size", "block")),
    (html(LEAVE, "https://meridian.example/"), ("leave", "block")),
    (html("/p/a.b-c_d", "/q"), ("leave", "block")),
    (text(LEAVE, ""), ("leave", "block")),
    (text("https://meridian.example/2", ""), ("text", "warn")),
    (text("Housing", "<b>Housing</b>"), ("text", "warn")),
    (text("Housing", "Housing &amp; homes"), ("text", "warn")),
    (text("Housing", "x" * 1000), ("text", "warn")),
    (text("Housing", "{{ card.kicker }}"), ("fields", "block")),
]  # fmt: skip


@pytest.mark.parametrize(("spoilt", "expected"), SPOILT)
def test_a_template_at_fault(spoilt: Mail, expected: tuple[str, str] | None) -> None:
    assert kinds(said(spoilt)) == ({expected} if expected else set())


def test_links_that_carry_a_campaign_are_the_stories_own() -> None:
    utm = Utm(parameters=(("utm_source", "digest"), ("utm_medium", "email")))
    one = mail(story(0), story(1, url="http://meridian.example/1"), utm=utm, web_copy=True)
    one = replace(one, web_url=TOKENS[Token.WEB_URL])
    (found,) = said(one)
    assert (found.check, found.where) == ("links", HEADLINES[1])
    tried = to_try(one)
    assert "https://meridian.example/0?utm_source=digest&utm_medium=email" in tried
    assert not set(TOKENS.values()) & set(tried), "a reader's own are not tried"


def test_no_text_part() -> None:
    assert ("text", "block") in kinds(said(replace(good(), text=" ")))


def test_the_same_story_twice_blocks() -> None:
    assert kinds(said(mail(story(1), story(1)))) == {("duplicates", "block")}


def test_numbers_tell_stories_apart() -> None:
    parts = (story(n, headline=f"The flood that nobody saw coming, part {n}") for n in (1, 2))
    assert said(mail(*parts)) == []


def test_too_large_says_how_many_stories_fewer_would_do() -> None:
    cards = [story(n, standfirst="y" * 600) for n in range(4, 40)]
    (found,) = said(mail(*cards))
    assert (found.check, found.level) == ("size", Level.BLOCK)
    count = int(found.fix.split()[1])
    assert said(mail(*cards[count:])) == []
    assert kinds(said(mail(*cards[count + 2 :]))) == set()
    assert kinds(said(mail(*cards[: len(cards) - count + 3]))) == {("size", "warn")}


def test_hosts_by_config() -> None:
    own = replace(
        STANDARD,
        staging_hosts=("cms.other.news", "*.hidden.news"),
        live_hosts=(*STANDARD.live_hosts, "staging.other.news"),
        picture_hosts=("*.cdn.news",),
    )
    for url, expected in (
        ("https://cms.other.news/1", {("links", "block")}),
        ("https://a.hidden.news/1", {("links", "block")}),
        ("https://staging.other.news/1", set()),
    ):
        assert kinds(said(mail(story(0, url=url)), own)) == expected
    picture = Image(url="https://a.cdn.news/1.png", alt="A street")
    assert said(mail(story(0, image=picture)), own) == []


def test_this_machine_is_for_readers_on_a_trial_alone() -> None:
    one = mail(story(0, url="http://127.0.0.1:8000/a"))
    trial = replace(STANDARD, live_hosts=("127.0.0.1", "*.example", "meridian.example"))
    assert said(one, trial) == []
    assert kinds(said(one)) == {("links", "block")}


def test_what_becomes_of_a_placeholder_depends_on_the_service() -> None:
    one = mail(story(0, standfirst="Write [unsubscribe] to leave"))
    (found,) = said(one, replace(STANDARD, transports=frozenset({"sendgrid"})))
    assert "SendGrid" in found.why
    (found,) = said(one, replace(STANDARD, transports=frozenset({"outbox"})))
    assert "as it stands" in found.why


def test_what_addresses_answered() -> None:
    urls = to_try(good())
    assert "https://meridian.example/1" in urls
    assert not {LEAVE, PREFERENCES} & set(urls)
    fine = {url: Answer(status=200) for url in urls}
    found = preflight(good(), STANDARD, fine)
    assert [(it.check, it.level) for it in found if it.check == "reach"] == [("reach", Level.PASS)]
    link, picture = "https://meridian.example/1", "https://meridian.example/1.png"
    for url, answer, expected in (
        (link, Answer(status=404), {("reach", "warn")}),
        (link, Answer(status=503), {("reach", "warn")}),
        (link, Answer(problem="meridian.example took too long"), {("reach", "warn")}),
        (link, Answer(status=403), set()),
        (picture, Answer(status=404), {("images", "warn")}),
        (picture, Answer(status=200, kind="text/html"), {("images", "warn")}),
        (picture, Answer(status=200, kind="image/png", size=300_000), {("images", "warn")}),
        (picture, Answer(status=200, kind="image/png", size=90_000), set()),
    ):
        assert kinds(said(good(), answers=fine | {url: answer})) == expected, (url, answer)
    heavy = {url: Answer(status=200, kind="image/png", size=199_000) for url in urls}
    assert said(good(), answers=heavy) == []
    many = mail(*(story(number) for number in range(4, 12)))
    heavy = {url: Answer(status=200, kind="image/png", size=199_000) for url in to_try(many)}
    assert [it.why for it in said(many, answers=heavy)] == ["the pictures weigh 1.8 MB together"]


def test_the_same_of_many_places_is_one_finding() -> None:
    cards = (story(n, url=f"https://staging.paper.news/{n}") for n in range(4, 12))
    (found,) = said(mail(*cards))
    assert found.where.endswith("; and 5 more")


def test_blocks_may_be_allowed_by_name() -> None:
    found = preflight(mail(story(0, url="https://cms.local/a")), Standard())
    assert {finding.check for finding in blocking(found)} == {"links"}
    assert blocking(found, {"links"}) == ()


def test_a_large_issue_is_checked_well_within_a_previews_budget() -> None:
    from time import process_time

    one = mail(*twenty().cards)
    assert one.content.sections[0].layout is Layout.CARDS
    began = process_time()
    preflight(one, STANDARD)
    assert process_time() - began < 0.2, "some 30 ms on a quiet machine"

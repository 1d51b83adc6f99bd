"""The issue's page by its forms alone: acts, conflicts, the pool, what a story's page offers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from digest.clock import SetClock
from digest.desk.actions import Edit, Subject
from digest.model import BlockKind, SlotMode, StoryId
from digest.store import stories
from digest.store.engine import writing
from tests.desk.room import HEADLINES, Bench, opened
from tests.making import gathered, parsed


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = opened(tmp_path)
    yield made
    made.app.engine.dispose()


def words(page: str) -> str:
    """A page as it is read, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def reasons(page: str) -> dict[int, str]:
    """Why each story of the pool's list stands where it does."""
    found = re.findall(r'data-pool="(\d+)".*?class="why"><span.*?</span>(.*?)</p>', page, re.DOTALL)
    return {int(key): unescape(told) for key, told in found}


def said(bench: Bench, location: str) -> str:
    """What the page tells of the act that led to it."""
    page = bench.client.get(location.partition("#")[0]).text
    found = re.search(r'id="said"[^>]*>([^<]*)<', page)
    assert found is not None
    return unescape(found[1])


def test_what_stands_in_the_issue_stands_beside_the_pool(bench: Bench) -> None:
    page = words(bench.page())
    shown, free = page.split(" Pool ")
    for place, story in enumerate(bench.order(), 1):
        assert f"Place {place} {bench.draft.headlines[StoryId(story)]}" in shown
    assert "8 found" in free
    assert "among the latest" in shown


def test_a_story_moves_and_it_is_said_where_to(bench: Bench) -> None:
    first, second, third, fourth = bench.order()
    answer = bench.act(f"down {first}")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"#story-{first}")
    assert bench.order() == [second, first, third, fourth]
    name = bench.draft.headlines[StoryId(first)]
    assert said(bench, answer.headers["location"]) == f"“{name}”: story 1 of 4, moved to 2"
    bench.act(f"move {fourth}", place="1")
    assert bench.order() == [fourth, second, first, third]
    bench.act(f"top {third}")
    assert bench.order() == [third, fourth, second, first]
    bench.act(f"release {third}")
    assert "placed" in bench.page()


def test_what_the_url_says_of_an_act_is_not_believed(bench: Bench) -> None:
    for told in ("done=99&at=1", "done=x", "done=1&at=%3Cscript%3E"):
        assert said(bench, f"{bench.path}?{told}") == ""


def test_a_story_is_removed_replaced_and_brought_back(bench: Bench) -> None:
    first, second, *_ = bench.order()
    free = next(one.stored.id for one in bench.draft.pool if one.stored.id not in bench.order())
    answer = bench.act(f"remove {first}")
    assert "no longer stands in latest" in said(bench, answer.headers["location"])
    assert first not in bench.order()
    assert "Taken out: 1" in words(bench.page())
    assert bench.client.get(f"{bench.path}?replace={second}").text.count("Put here") > 1
    bench.act(f"replace {second}", new=str(free))
    assert free in bench.order()
    assert second not in bench.order()
    bench.act(f"release {first}")
    assert first in bench.order()


def test_a_story_is_pinned_from_the_pool_and_the_pool_stays_as_it_was_narrowed(
    bench: Bench,
) -> None:
    page = bench.page("?q=harbour&show=all")
    assert "1 found" in words(page)
    key = int(re.search(r'data-pool="(\d+)"', page)[1])  # type: ignore[index]
    answer = bench.act(
        f"pin {key}", section="picks", place="1", back="q=harbour&show=all&evil=//x.example"
    )
    where = answer.headers["location"]
    assert where.startswith(f"{bench.path}?q=harbour&show=all&done=")
    assert "evil" not in where
    assert bench.order("picks") == [key]
    bench.act(f"release {key}")
    bench.act(f"pin {key}", section="picks", everyone="yes")
    (slot,) = (slot for slot in bench.draft.slots if slot.story == key)
    assert slot.mode is SlotMode.EVERYONE


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?show=all", 12),
        ("?show=all&hours=3", 4),
        ("?show=all&source=wire", 12),
        ("?show=all&source=elsewhere", 0),
        ("?show=out", 0),
        ("?q=the+winter&show=all", 1),
        ("?q=THE+LAST&show=all&page=7", 1),
        ("?page=-1&hours=x&show=y", 8),
    ],
)
def test_the_pool_is_narrowed(bench: Bench, query: str, found: int) -> None:
    assert f"{found} found" in words(bench.page(query))


def test_who_changed_it_meanwhile_is_told_and_nothing_typed_is_lost(bench: Bench) -> None:
    story, seen = bench.order()[0], bench.now.revision
    bench.app.newsroom.desk.edit(
        bench.issue.id, None, "Anna", Edit(StoryId(story), {"headline": "Anna’s words"})
    )
    fields = {"headline": "My own <words>", "headline-seen": HEADLINES[0], "kicker": "x"}
    answer = bench.act(f"edit {story}", seen=seen, **fields)
    assert answer.status_code == 409
    page = words(answer.text)
    assert "Anna changed this issue" in page
    assert "As it stands now: Anna’s words" in page
    assert "My own &lt;words&gt;</textarea>" in answer.text
    assert bench.draft.headlines[StoryId(story)] == "Anna’s words"
    # The form on that page does it upon the issue as it stands now.
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    typed = dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', answer.text))
    again = {key: unescape(value) for key, value in (hidden | typed).items()}
    assert bench.client.post(f"{bench.path}/act", data=again).status_code == 303
    assert bench.draft.headlines[StoryId(story)] == "My own <words>"
    over = bench.draft.hand.overrides[StoryId(story)]
    assert over.kicker == "x"
    assert over.standfirst is None


def test_a_script_that_is_late_is_answered_with_412(bench: Bench) -> None:
    story, seen = bench.order()[0], bench.now.revision
    bench.app.newsroom.desk.edit(bench.issue.id, None, "Anna", Subject("Anna’s subject"))
    data = {"revision": "99", "do": f"down {story}"}
    late = bench.client.post(f"{bench.path}/act", data=data, headers={"If-Match": f'"{seen}"'})
    assert late.status_code == 412
    fresh = {"If-Match": f'"{bench.now.revision}"'}
    assert bench.client.post(f"{bench.path}/act", data=data, headers=fresh).status_code == 303


def test_a_page_that_is_open_hears_what_changed(bench: Bench) -> None:
    seen = bench.now.revision
    asked = f"{bench.path}/version?seen={seen}"
    assert bench.client.get(asked).json()["told"] == []
    bench.app.newsroom.desk.edit(bench.issue.id, None, "Anna", Subject("Anna’s subject"))
    told = bench.client.get(asked).json()
    assert told["revision"] == seen + 1
    assert told["told"] == ["Anna: subject: as it was told → “Anna’s subject”"]


def test_each_story_of_the_pool_has_its_reason(bench: Bench) -> None:
    page = words(bench.page("?show=all"))
    standing, gone = bench.order()[0], bench.order()[3]
    bench.act(f"remove {gone}")
    told = reasons(bench.page("?show=all"))
    assert len(told) == 12, page
    assert told[standing] == "stands in Latest, place 1"
    assert told[gone] == "an editor removed it from this issue"
    last = told[min(set(told) - {*bench.order(), gone})]
    assert re.fullmatch(
        r"Latest: full: it takes 4, the last score \d\.\d\d; this score \d\.\d\d", last
    )
    # The story's own page says the same at length.
    free = max(set(told) - {*bench.order(), gone})
    at_length = words(bench.client.get(f"{bench.path}/stories/{free}").text)
    assert "Latest : full: it takes 4, the last score" in at_length
    assert "Top : no editors’ pick" in at_length


def test_stories_that_came_are_counted_before_they_are_taken_in(bench: Bench) -> None:
    page = bench.page()
    assert "Take in newer stories" in words(page)
    filled, came = (re.search(f'data-{one}="([^"]+)"', page) for one in ("filled", "came"))
    assert filled
    assert came
    assert came[1] == "0"
    asked = {"seen": str(bench.now.revision), "filled": filled[1]}
    assert isinstance(bench.app.clock, SetClock)
    bench.app.clock.at += timedelta(minutes=5)
    with writing(bench.app.engine) as connection:
        new = [parsed(n, 0, headline=f"Something else {n}") for n in (30, 31, 32)]
        stories.keep(connection, gathered(*new), bench.app.clock.now())
    told = bench.client.get(f"{bench.path}/version", params=asked).json()
    assert told["came"] == 3
    assert told["told"] == []
    assert "Take in 3 newer stories" in words(bench.page())
    bench.client.post(f"{bench.path}/fill", data={"revision": str(bench.now.revision)})
    assert "Take in newer stories" in words(bench.page())
    told = bench.client.get(f"{bench.path}/version", params=asked).json()
    assert told["came"] == 3, "to somebody whose page is from before"
    assert told["revision"] > int(asked["seen"])
    for nonsense in ("x", "2026-11-24T06:00:00"):
        asked["filled"] = nonsense
        assert bench.client.get(f"{bench.path}/version", params=asked).status_code == 200


def test_texts_of_a_story_are_written_compared_and_reset(bench: Bench) -> None:
    story = bench.order()[0]
    name = bench.draft.headlines[StoryId(story)]
    page = bench.client.get(f"{bench.path}/stories/{story}").text
    assert f"{len(name)} of 70" in page
    new = f"Slow {name}"
    bench.act(f"edit {story}", headline=new, **{"headline-seen": name, "no-picture": "yes"})
    page = bench.client.get(f"{bench.path}/stories/{story}").text
    assert "<ins>Slow </ins>" in page
    assert bench.draft.hand.overrides[StoryId(story)].image_url == ""
    assert "edited: headline, picture" in words(bench.page())
    bench.act(f"reset {story} headline")
    assert bench.draft.headlines[StoryId(story)] == name
    wrong = bench.act(f"edit {story}", link="javascript:alert(1)", **{"link-seen": ""})
    assert wrong.status_code == 400
    assert "It must begin with https://" in words(wrong.text)
    assert bench.client.get(f"{bench.path}/stories/999").status_code == 404


def test_words_of_the_issue(bench: Bench) -> None:
    bench.act("subject", subject="A subject of ours")
    bench.act("preheader", preheader="And what else")
    bench.act("note", note="Good morning.\r\n\r\nAll of it.")
    page = words(bench.page())
    assert "A subject of ours · And what else" in page
    assert bench.draft.hand.note == "Good morning.\n\nAll of it."
    for one in ("subject", "preheader", "note"):
        bench.act(f"{one} usual")
    hand = bench.draft.hand
    assert (hand.subject, hand.preheader, hand.note) == ("", "", None)


def test_blocks_are_added_changed_and_removed(bench: Bench) -> None:
    form = bench.client.get(f"{bench.path}/block?kind=sponsor").text
    assert 'value="Sponsored by "' in form
    given = {"kind": "sponsor", "title": "Tea", "after": "picks", "label": "Sponsored by Leaf"}
    answer = bench.act("block add", **given, first="2026-11-24", last="2026-11-25")
    assert answer.status_code == 303
    (block,) = bench.draft.hand.blocks
    assert (block.kind, block.after, block.label) == (
        BlockKind.SPONSOR,
        "picks",
        "Sponsored by Leaf",
    )
    assert "Sponsored by Leaf" in words(bench.page())
    bench.act(f"block change {block.id}", **given | {"title": "Coffee"})
    assert bench.draft.hand.blocks[0].title == "Coffee"
    assert 'value="Coffee"' in bench.client.get(f"{bench.path}/block?number={block.id}").text
    bench.act(f"block remove {block.id}")
    assert bench.draft.hand.blocks == ()
    assert bench.act("block add", kind="text").status_code == 400
    assert bench.act("block add", **given, first="tomorrow").status_code == 400
    assert bench.client.get(f"{bench.path}/block?number=7").status_code == 404


def test_sections_are_ordered_limited_hidden_and_kept(bench: Bench) -> None:
    bench.act("sections latest,picks")
    page = bench.page()
    assert page.index('id="section-latest"') < page.index('id="section-picks"')
    limits = {"minimum": "1", "minimum-usual": "1", "maximum": "2", "maximum-usual": "4"}
    bench.act("section latest", title="News", **limits, **{"title-usual": "Latest"})
    assert len(bench.order()) == 2
    (change,) = (one for one in bench.draft.hand.sections if one.slug == "latest")
    assert (change.minimum, change.maximum, change.title) == (None, 2, "News")
    bench.act("section picks", hidden="yes")
    assert "Top hidden" in words(bench.page())
    answer = bench.client.post(f"{bench.path}/keep")
    assert answer.status_code == 303
    assert bench.app.newsroom.desk.kept_sections()["daily"]


def test_reserves_are_named_and_left_to_the_rules(bench: Bench) -> None:
    spare = [one.stored.id for one in bench.draft.pool if one.stored.id not in bench.order()][:2]
    for key in spare:
        assert bench.act(f"spare {key}", section="latest").status_code == 303
    assert bench.draft.hand.reserves == {"latest": tuple(spare)}
    assert f"In reserve: {bench.draft.headlines[spare[0]]}" in words(bench.page())
    bench.act("reserve latest")
    assert bench.draft.hand.reserves == {}


def test_how_many_readers_get_each_story(bench: Bench) -> None:
    for name in ("a", "b"):
        bench.app.add_subscriber(f"{name}@reader.example", frozenset({"daily"}), "a form", name)
    assert "readers" not in words(bench.page()).split(" Pool ")[0].replace("readers get", "")
    assert words(bench.page("?reach=1")).count("2 readers") == 4


def test_an_editor_decides_where_a_story_plays(bench: Bench) -> None:
    story = bench.order()[0]
    answer = bench.client.post(
        f"{bench.path}/stories/{story}/correct", data={"region": "africa", "topic": "sports"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{bench.path}/stories/{story}"
    (one,) = (one for one in bench.draft.pool if one.stored.id == story)
    assert (one.stored.classification.regions, one.stored.classification.topics) == (
        ("africa",),
        ("sports",),
    )
    wrong = bench.client.post(f"{bench.path}/stories/{story}/correct", data={"region": "atlantis"})
    assert wrong.status_code == 400


def test_one_event_is_one_card_until_an_editor_parts_it(tmp_path: Path) -> None:
    told = "Ferry runs aground off the northern cape with forty people aboard, all are safe"
    made = opened(
        tmp_path,
        [
            *(parsed(n, n, headline=HEADLINES[n]) for n in range(6)),
            parsed(20, 1, headline="Ferry runs aground off the cape", standfirst=told, text=told),
            parsed(21, 2, headline="Storm traps choir in a church", standfirst="", text="x"),
        ],
    )
    ids = {one.stored.story.headline: one.stored.id for one in made.draft.pool}
    ferry, storm = ids["Ferry runs aground off the cape"], ids["Storm traps choir in a church"]
    path = f"{made.path}/stories/{ferry}/pair"
    assert made.client.post(path, data={"other": storm, "decision": "join"}).status_code == 303
    assert "Storm traps choir" in made.client.get(f"{made.path}/stories/{ferry}").text
    assert made.client.post(path, data={"other": storm, "decision": "split"}).status_code == 303
    assert "Storm traps choir" not in made.client.get(f"{made.path}/stories/{ferry}").text
    assert made.client.post(path, data={"other": "999", "decision": "join"}).status_code == 400
    assert made.client.post(path, data={"other": storm, "decision": "x"}).status_code == 400
    made.app.engine.dispose()


def test_history_tells_and_brings_back(bench: Bench) -> None:
    bench.act("subject", subject="First")
    first = bench.now.revision
    bench.act("subject", subject="Second")
    page = words(bench.client.get(f"{bench.path}/history").text)
    assert "subject: “First” → “Second”" in page
    assert "this machine" in page
    bench.act(f"restore {first}")
    assert bench.draft.hand.subject == "First"
    bench.act("restore 0")
    assert bench.draft.hand.subject == ""
    assert bench.act("restore 999").status_code == 400


@pytest.mark.parametrize(
    "do", ["", "frobnicate 1", "up", "up x", "pin 999", "move 1", "up 99999999999", "section x"]
)
def test_a_form_that_says_nothing_sensible_does_nothing(bench: Bench, do: str) -> None:
    before = bench.now
    answer = bench.act(do)
    assert answer.status_code == 400, do
    assert 'role="alert"' in answer.text
    assert bench.now == before


def test_a_get_changes_nothing(bench: Bench) -> None:
    before = bench.now
    for path in ("", "/version", "/history", "/block", "/look", "/stories/1", "/mail", "/text"):
        assert bench.client.get(f"{bench.path}{path}").status_code == 200, path
    for path in ("/act", "/fill", "/add", "/keep", "/stories/1/correct", "/stories/1/pair"):
        assert bench.client.get(f"{bench.path}{path}").status_code == 405, path
    assert bench.now == before


def test_an_issue_that_stands_still_offers_no_button(bench: Bench) -> None:
    bench.app.newsroom.send_now(bench.now)
    page = bench.page()
    assert "what it says stands still" in page
    assert 'name="do"' not in page
    assert bench.act(f"up {bench.order()[1]}").status_code == 409


HOSTILE = (
    "<script>document.title='x'</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "</textarea><svg onload=alert(1)>",
    "\u202egnp.exe",
)


def test_hostile_stories_stay_text(tmp_path: Path) -> None:
    told = [
        parsed(n, n, headline=f"{text} {n}", standfirst=text, byline=text)
        for n, text in enumerate(HOSTILE)
    ]
    made = opened(tmp_path, told)
    pages = [
        made.page("?show=all"),
        *(made.client.get(f"{made.path}/stories/{one.stored.id}").text for one in made.draft.pool),
    ]
    for page in pages:
        assert page.count("<script") == 1  # our own, by its address
        assert "<img src=x" not in page
        assert "<svg" not in page
        assert "49" not in words(page).split()
    mail = made.client.get(f"{made.path}/mail")
    assert "sandbox" in mail.headers["content-security-policy"]
    assert "<script" not in mail.text
    made.app.engine.dispose()

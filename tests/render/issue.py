"""Invented issues to render."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from digest.model import (
    Card,
    FilledSection,
    HouseAd,
    Image,
    IssueId,
    Layout,
    MailHeaders,
    Message,
    More,
    RenderedVariant,
    StoryId,
    SubscriberId,
    Token,
    VariantContent,
)
from digest.render.brand import Brand
from tests.parts import REPO

TEMPLATES = REPO / "templates" / "email"
BRAND = Brand(
    name="The Meridian",
    site_url="https://meridian.example",
    postal_address="14 Harbour Row, Port Ardle",
    tagline="Reporting from where it happens",
)
TOKENS = {
    Token.LEAVE_URL: "https://news.meridian.example/u/abcdefghij0123456789AB",
    Token.PREFERENCES_URL: "https://news.meridian.example/p/a.b-c_d?x=1&y=2",
    Token.NAME: "Zoë & Co",
    Token.CLICK: "?r=7",
    Token.WEB_URL: "https://news.meridian.example/v/7-abcdefghij0123456789AB",
}
HINDI = "मानसून की देरी से किसान चिंतित ❤️"
ARABIC = "الميناء القديم يستعيد حركته بعد عامين من الترميم"


def card(number: int, headline: str, *, picture: str = "", **more: str) -> Card:
    """A card; ``picture`` is an image's URL."""
    fields: dict[str, str] = {
        "standfirst": "Councils along the lower river are moving homes uphill.",
        "kicker": "Housing",
        "byline": "By Ines Calder",
        "source": "The Meridian",
        "language": "en",
        **more,
    }
    alt = fields.pop("alt", "A street above the flood line")
    return Card(
        story=StoryId(number),
        headline=headline,
        url=fields.pop("url", f"https://meridian.example/{number}?a=1&b=2"),
        image=Image(url=picture, alt=alt) if picture else None,
        **fields,
    )


def content(*sections: FilledSection, **more: object) -> VariantContent:
    """An issue with ``sections``."""
    fields: dict[str, object] = {
        "issue": IssueId(7),
        "edition": "world-morning",
        "edition_name": "World Morning",
        "template": "daily",
        "local_date": date(2026, 11, 24),
        "language": "en",
        "subject": "River towns rebuild above the old flood line",
        "preheader": "Also: night trains return",
        **more,
    }
    return VariantContent(sections=sections, **fields)  # type: ignore[arg-type]


def twenty(pictures: str = "https://meridian.example/picture-{}.png") -> VariantContent:
    """Twenty stories in four sections: a lead, cards with and without pictures, headlines."""

    def cards(first: int, count: int, *, bare: frozenset[int] = frozenset()) -> tuple[Card, ...]:
        return tuple(
            card(
                number,
                f"Story {number}: a library on a ferry reaches the lake’s last islands",
                picture="" if number in bare else pictures.format(number % 3),
            )
            for number in range(first, first + count)
        )

    hindi = card(30, HINDI, picture=pictures.format(1), language="hi", alt=HINDI)
    arabic = card(31, ARABIC, language="ar", standfirst=ARABIC)
    return content(
        FilledSection(slug="top", title="Top stories", layout=Layout.LEAD, cards=cards(1, 5)),
        FilledSection(
            slug="africa",
            title="Africa",
            layout=Layout.CARDS,
            cards=cards(6, 5, bare=frozenset({7, 9})),
        ),
        FilledSection(
            slug="asia", title="Asia & Oceania", layout=Layout.CARDS, cards=(hindi, arabic)
        ),
        FilledSection(slug="brief", title="In brief", layout=Layout.HEADLINES, cards=cards(11, 8)),
    )


def full_house(template: str = "daily", style: str = "full") -> VariantContent:
    """Twenty stories as long as a newsroom's are, in seven sections, with all that can be around.

    Addresses are counted and long, two stories tell of more reports, most have pictures.
    """
    place = "https://www.meridian.example/2026/11/24/world/river-towns-rebuild-above-old-flood-line"
    counted = "?utm_source=newsletter&utm_medium=email&utm_campaign=world-morning-2026-11-24"
    report = More(
        headline="Ferry landing to stay where it is, engineers say",
        url=f"{place}-report/{counted}",
        source="Port Ardle Observer",
    )

    def told(number: int) -> Card:
        made = card(
            number,
            f"River towns rebuild above the old flood line, street after street, part {number}",
            url=f"{place}-{number}/{counted}",
            standfirst="Councils along the lower river are moving homes, a school and two clinics "
            "uphill. The first families moved in last week; the ferry landing stays where it was.",
            picture=f"{place}/uploads/2026/11/flood-line-{number}-1200x800.jpg"
            if number % 4
            else "",
            alt="A street of half-built brick houses above the flood line at dawn",
        )
        return replace(made, more=(report, report) if number in {1, 6} else ())

    layout = Layout.COMPACT if template == "weekly" else Layout.CARDS
    names = ("Africa", "Americas", "Asia & Oceania", "Europe", "Middle East")
    sections = [
        FilledSection(
            slug=f"region-{at}",
            title=name,
            layout=layout,
            cards=tuple(map(told, range(4 + 3 * at, 7 + 3 * at))),
        )
        for at, name in enumerate(names)
    ]
    return content(
        FilledSection(
            slug="picks",
            title="Editors’ picks",
            layout=Layout.LEAD,
            cards=tuple(map(told, range(1, 4))),
        ),
        *sections,
        FilledSection(
            slug="brief",
            title="In brief",
            layout=Layout.HEADLINES,
            cards=tuple(map(told, (19, 20))),
        ),
        template=template,
        style=style,
        note="Good morning. Our correspondents walked the new line with those who drew it.",
        house_ad=HouseAd(
            text="Become a member: our reporting depends on it",
            url=f"https://www.meridian.example/join{counted}",
            image=Image(url=f"{place}/join.jpg", alt="Our reporters on a boat"),
        ),
        web_copy=True,
    )


def message(variant: RenderedVariant, **more: object) -> Message:
    """``variant`` addressed to one reader."""
    fields: dict[str, object] = {
        "from_": "The Meridian <news@meridian.example>",
        "to_address": "reader@example.org",
        "to_name": "Zoë Reader",
        "subject": variant.subject,
        "date": datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
        "message_id": "7.1001@meridian.example",
        "list_id": "world-morning.meridian.example",
        "leave_url": TOKENS[Token.LEAVE_URL],
        **more,
    }
    return Message(
        ref="7-1001",
        subscriber=SubscriberId(1001),
        headers=MailHeaders(**fields),  # type: ignore[arg-type]
        variant=variant,
        tokens=TOKENS,
    )


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Put template files into ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder

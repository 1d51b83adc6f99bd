"""A pool of stories and readers who each get their own of them: what rendering is measured on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from digest.model import (
    Card,
    FilledSection,
    Layout,
    MailHeaders,
    Message,
    RenderedVariant,
    StoryId,
    SubscriberId,
    Token,
    VariantContent,
)
from tests.render import issue

#: slug, title, layout, how many of its 40 stories a reader gets
SECTIONS = (
    ("top", "Top stories", Layout.LEAD, 4),
    ("africa", "Africa", Layout.CARDS, 3),
    ("asia", "Asia", Layout.CARDS, 3),
    ("europe", "Europe", Layout.CARDS, 3),
    ("brief", "In brief", Layout.HEADLINES, 3),
)
EACH = 40
DATE = datetime(2026, 11, 24, 6, tzinfo=UTC)

Selection = list[tuple[str, list[StoryId]]]

ENGLISH = (
    "River towns rebuild above the old flood line, street by street",
    "Councils along the lower river are moving homes, a school and two clinics uphill. The first "
    "families moved in last week; the ferry landing stays where it was, for as long as it can, "
    "say the engineers who drew the new line through the fields in spring. The council will vote "
    "on the last forty streets before the end of the month, after two more evenings of hearings.",
)
HINDI = (
    "मानसून की देरी से किसान चिंतित, जलाशयों में पानी कम",
    "निचली नदी के किनारे की परिषदें घरों, एक स्कूल और दो क्लीनिकों को ऊपर ले जा रही हैं। पहले परिवार पिछले "
    "सप्ताह आए; नौका घाट वहीं रहेगा जहाँ वह था, जब तक रह सके, इंजीनियर कहते हैं।",
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader and what they get."""

    number: int
    selection: Selection
    subject: str
    preheader: str
    address: str
    leave_url: str
    tokens: dict[Token, str]


def pool(language: str = "en") -> tuple[FilledSection, ...]:
    """200 stories in five sections, two thirds of them with a picture."""
    headline, standfirst = HINDI if language == "hi" else ENGLISH
    return tuple(
        FilledSection(
            slug=slug,
            title=title,
            layout=layout,
            cards=tuple(
                issue.card(
                    EACH * place + at,
                    f"{headline} {EACH * place + at}",
                    standfirst=standfirst,
                    language=language,
                    picture=f"https://meridian.example/p/{at}.jpg" if at % 3 else "",
                )
                for at in range(EACH)
            ),
        )
        for place, (slug, title, layout, _) in enumerate(SECTIONS)
    )


def with_click_token(reader: Reader) -> Reader:
    """The reader where every link tells who follows it."""
    return replace(reader, tokens={**reader.tokens, Token.CLICK: f"?r={reader.number:08}"})


def readers(count: int, sections: tuple[FilledSection, ...]) -> list[Reader]:
    """Readers with 16 stories each, drawn and ordered for each alone."""
    random = Random(7)
    made = []
    for number in range(count):
        chosen = [
            random.sample(section.cards, many)
            for section, (*_, many) in zip(sections, SECTIONS, strict=True)
        ]
        selection = [
            (section.slug, [card.story for card in cards])
            for section, cards in zip(sections, chosen, strict=True)
        ]
        lead, second = chosen[0][0].headline, chosen[0][1].headline
        leave, choose = (f"https://news.meridian.example/{way}/{number:022}" for way in "up")
        tokens = {
            Token.LEAVE_URL: leave,
            Token.PREFERENCES_URL: choose,
            Token.NAME: "reader",
        }
        address = f"reader{number}@example.org"
        made.append(Reader(number, selection, lead, f"Also: {second}", address, leave, tokens))
    return made


def content(
    reader: Reader, sections: tuple[FilledSection, ...], language: str = "en"
) -> VariantContent:
    """What the reader gets, written out."""
    cards: dict[tuple[str, StoryId], Card] = {
        (section.slug, card.story): card for section in sections for card in section.cards
    }
    filled = tuple(
        FilledSection(
            slug=section.slug,
            title=section.title,
            layout=section.layout,
            cards=tuple(cards[section.slug, story] for story in stories),
        )
        for section, (_, stories) in zip(sections, reader.selection, strict=True)
    )
    return issue.content(
        *filled, language=language, subject=reader.subject, preheader=reader.preheader
    )


def message(reader: Reader, variant: RenderedVariant) -> Message:
    """The reader's own message."""
    return Message(
        ref=f"7-{reader.number}",
        subscriber=SubscriberId(reader.number),
        variant=variant,
        tokens=reader.tokens,
        headers=MailHeaders(
            from_="The Meridian <news@meridian.example>",
            to_address=reader.address,
            to_name="A Reader",
            subject=variant.subject,
            date=DATE,
            message_id=f"7-{reader.number}.0123456789ab@meridian.example",
            reply_to="Letters <letters@meridian.example>",
            list_id="world-morning.meridian.example",
            leave_url=reader.leave_url,
            feedback_id=f"7:world-morning:{variant.key[:8]}:digest",
        ),
    )

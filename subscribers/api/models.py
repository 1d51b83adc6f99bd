"""What is posted to the API and what it answers, as JSON Schema tells it too."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from subscribers.feed import Happening
from subscribers.model import Frequency, Style, SubscriptionState

#: no control characters: PostgreSQL keeps no NUL, and a name has no line breaks
LINE = r"^[^\x00-\x1f\x7f]*$"
#: what SQL and JavaScript both count to
MOST = 2**53 - 1


def _digits(value: Any) -> Any:
    """Of a URL only plain digits are a number: ``1_0``, `` 1`` and ``1.0`` are none."""
    if isinstance(value, str) and not (value.isascii() and value.isdecimal() and len(value) < 18):
        raise ValueError("digits only")
    return value


def _no_truth(value: Any) -> Any:
    """To Python ``False`` is 0; to JSON it is not."""
    if isinstance(value, bool):
        raise ValueError("a number is needed")  # noqa: TRY004 - pydantic makes an answer of it
    return value


Number = Annotated[int, BeforeValidator(_digits)]
Line = Annotated[str, Field(max_length=200, pattern=LINE)]
Slug = Annotated[str, Field(min_length=1, max_length=100, pattern=LINE)]
Address = Annotated[
    str, Field(min_length=3, max_length=320, pattern=LINE, examples=["ada@example.org"])
]
TagName = Annotated[str, Field(min_length=1, max_length=50, pattern=LINE, examples=["donor"])]
AttributeName = Annotated[str, Field(min_length=1, max_length=50, pattern=LINE)]
Slugs = Annotated[list[Slug], Field(max_length=200)]


class Given(BaseModel):
    """Something posted: no other fields, and of these very types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """Something of a URL: digits are numbers there."""

    model_config = ConfigDict(extra="forbid")


# --- of URLs


class ById(Asked):
    """A person."""

    id: Number = Field(ge=1, le=MOST)


class ByName(Asked):
    """A segment."""

    name: Annotated[str, Field(min_length=1, max_length=100)]


class Paging(Asked):
    """Where to go on, and how far."""

    after: Number = Field(0, ge=0, le=MOST, description="`next` of the page before")
    limit: Number = Field(100, ge=1, le=1000)


class PeoplePaging(Paging):
    """People, of a segment if one is named."""

    segment: Annotated[str, Field(max_length=100)] = ""


class EventPaging(Asked):
    """Where to go on in the events, and how far."""

    after: Annotated[str, Field(max_length=40)] = Field(
        "", description="`next` of the answer before; empty for the beginning"
    )
    limit: Number = Field(100, ge=1, le=1000)


# --- posted


class Proof(Given):
    """Where and when a person said yes, and to which words. GDPR Art. 7(1)."""

    source: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]
    at: AwareDatetime | None = None
    wording: Line = ""


class Facts(Given):
    """What may be told of a person. What is left out stays as it is; a list replaces a list."""

    name: Line = ""
    language: Annotated[str, Field(max_length=35, examples=["pt-br"])] = ""
    regions: Slugs = []
    topics: Slugs = []
    tags: Annotated[list[TagName], Field(max_length=100)] = []
    attributes: Annotated[
        dict[AttributeName, Line],
        Field(max_length=50, description="each by itself; an empty value takes one away"),
    ] = {}
    frequency: Frequency = Frequency.EVERY
    weekly_on: Annotated[int, Field(ge=1, le=7, description="1 is Monday")] = 6
    limit: Annotated[Literal[0, 5, 10], BeforeValidator(_no_truth)] = Field(
        0, description="stories; 0: all"
    )
    style: Style = Style.FULL


class Newcomer(Facts):
    """A person who asked for mail, known or not. An empty field says nothing."""

    address: Address
    consent: Proof
    editions: Slugs = []


class Find(Given):
    """An address, in the body: none is ever in a URL."""

    address: Address


class Leaving(Given):
    """Which editions; all where none are named."""

    editions: Slugs = []
    reason: Annotated[str, Field(max_length=100, pattern=LINE)] = ""


class Barring(Given):
    """Never to be mailed again: an edition, or at all."""

    reason: Annotated[str, Field(min_length=1, max_length=50, pattern=LINE)]
    edition: Annotated[str, Field(max_length=100)] = ""


# --- answered


class Told(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid")


class Tie(Told):
    """A person's tie to an edition."""

    edition: str
    state: SubscriptionState
    joined_at: datetime
    left_at: datetime | None


class Promise(Told):
    """A promise never to mail: for an edition, or at all where that is empty."""

    edition: str
    reason: str
    at: datetime


class Person(Told):
    """All that programs of the newsroom may know of a person."""

    id: int
    address: str
    name: str
    language: str
    regions: list[str]
    topics: list[str]
    tags: list[str]
    attributes: dict[str, str]
    frequency: Frequency
    weekly_on: int
    limit: int
    style: Style
    breaking: bool
    send_hour: int | None
    time_zone: str
    paused_until: datetime | None
    subscriptions: list[Tie]
    suppressions: list[Promise]
    joined_at: datetime
    created_at: datetime
    #: set once they chose for themselves: programs then change none of their choices
    chosen_at: datetime | None


class People(Told):
    """A page of people, by id."""

    items: list[Person]
    next: int | None = Field(description="`after` of the next page; null: this is the last")


class Enrolled(Told):
    """What became of a newcomer."""

    id: int
    outcome: Literal["added", "updated"]
    kept_out: list[str] = Field(description="editions they left, or are suppressed for")
    kept_choice: bool = Field(description="they chose for themselves, and that stays")


class Left(Told):
    """The editions left now; none where they had left before."""

    id: int
    left: list[str]


class Segment(Told):
    """A segment."""

    name: str


class Segments(Told):
    """Every segment."""

    items: list[Segment]


class Count(Told):
    """How many people of a segment may be mailed."""

    segment: str
    people: int


class EditionTold(Told):
    """An edition."""

    slug: str
    name: str
    active: int = Field(description="people who get it")


class Editions(Told):
    """Every edition."""

    items: list[EditionTold]


class EventTold(Told):
    """One thing that happened to one person."""

    id: str
    kind: Happening
    subscriber: int
    edition: str
    at: datetime


class Events(Told):
    """The next events. Ask again with `after` set to `next`, also when there were none."""

    items: list[EventTold]
    next: str

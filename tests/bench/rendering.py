"""Complete messages: variants rendered and encoded once, against each reader's own from scratch."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

from digest import bundled
from digest.model import Message, RenderedVariant, Token, VariantContent
from digest.render.brand import Brand
from digest.render.message import build, encode
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.bench.measure import Figure, compare
from tests.render import issue

READERS = 200
VARIANTS = 10


def messages() -> Iterator[Figure]:
    """Messages a CPU second, multipart, with the reader's own leave link in headers and body."""
    renderer = Renderer([bundled.templates("email")], Brand(name="The Meridian"))
    contents = [_selection(number) for number in range(VARIANTS)]
    # Both ways start with the template compiled.
    renderer.check("daily")

    def joined() -> int:
        ready = [renderer.render(content) for content in contents]
        encoded = [encode(variant) for variant in ready]
        for number in range(READERS):
            place = number % VARIANTS
            build(_message(number, ready[place]), encoded[place])
        return READERS

    def one_by_one() -> int:
        for number in range(READERS // 10):
            variant = renderer.render(contents[number % VARIANTS])
            _usual(variant, _message(number, variant))
        return READERS // 10

    yield compare(
        "messages, variants encoded once",
        joined,
        one_by_one,
        unit="messages/s",
        beside="template filled and EmailMessage built for each reader",
        bar=10,
    )


def _selection(number: int) -> VariantContent:
    whole = issue.twenty()
    sections = whole.sections[number % 2 :]
    return replace(whole, sections=sections, subject=f"{whole.subject} {number}")


def _message(number: int, variant: RenderedVariant) -> Message:
    given = issue.message(variant)
    leave = f"https://news.example.org/u/{number:022}"
    return replace(
        given,
        ref=f"1-{number}",
        subscriber=number,
        tokens={Token.LEAVE_URL: leave, Token.PREFERENCES_URL: leave.replace("/u/", "/p/")},
        headers=replace(given.headers, leave_url=leave, to_address=f"r{number}@example.org"),
    )


def _usual(variant: RenderedVariant, message: Message) -> bytes:
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["From"] = message.headers.from_
    mail["To"] = message.headers.to_address
    mail["Subject"] = variant.subject
    mail["List-Unsubscribe"] = f"<{message.headers.leave_url}>"
    mail.set_content(fill(variant.text, message.tokens, html=False))
    mail.add_alternative(fill(variant.html, message.tokens, html=True), subtype="html")
    return mail.as_bytes()

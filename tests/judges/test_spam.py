"""Spam filters have nothing against our mail: SpamAssassin at most 0, rspamd at most 1.

Left out are rules that a machine without DNS meets whatever the mail, and one that takes every
Indian script for a disguise. ``pytest -rP`` shows each rule met.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import pytest

from digest.render.message import build
from tests.judges import mails
from tests.judges.spam_filters import judged, rspamd, spamassassin
from tests.render.issue import message

#: rspamd asks the DNS for the sender's domain and for the name of the machine that connects
NO_DNS = {"HFILTER_FROMHOST_NORES_A_OR_MX", "HFILTER_HOSTNAME_UNKNOWN"}
#: vowel signs are no letters to rspamd 3.4, so that it sees letters and others mixed in each word
SCRIPT = "R_MIXED_CHARSET"


@cache
def mail(template: str, language: str) -> bytes:
    """A mail as it goes over the wire."""
    variant = mails.variant(template, language)
    # filters mind a mail from another day
    return build(message(variant, date=datetime.now(UTC)))


def total(rules: dict[str, float], *apart: str) -> float:
    """The sum of points, each rule printed."""
    for name, points in sorted(rules.items(), key=lambda one: -one[1]):
        print(f"{points:6.2f} {name}{' (left out)' if name in apart else ''}")
    return sum(points for name, points in rules.items() if name not in apart)


@pytest.mark.part("spamassassin")
@pytest.mark.parametrize(("template", "language"), [*mails.MAILS, *mails.POST])
def test_spamassassin(tmp_path: Path, template: str, language: str) -> None:
    rules = spamassassin(tmp_path, mail(template, language))
    assert "HTML_MESSAGE" in rules, "it has read the mail"
    assert total(rules) <= 0
    assert max(rules.values()) <= 0.1, "no rule is outweighed by another"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with rspamd(tmp_path_factory.mktemp("rspamd")) as one:
        yield one


@pytest.mark.part("rspamd")
@pytest.mark.parametrize(("template", "language"), [*mails.MAILS, *mails.POST])
def test_rspamd(port: int, template: str, language: str) -> None:
    rules = judged(port, mail(template, language))
    assert "MIME_GOOD" in rules, "it has read the mail"
    script = {SCRIPT} if language == "hi" else set()
    assert total(rules, *NO_DNS, *script) <= 1


def plain(words: str, subject: str = "x") -> bytes:
    """A mail of nothing but ``words``."""
    made = EmailMessage()
    made["From"], made["To"] = "news@meridian.example", "reader@example.org"
    made["Subject"], made["Message-ID"] = subject, "<1.2@meridian.example>"
    made["Date"] = format_datetime(datetime.now(UTC))
    made.set_content(words * 10, cte="base64")
    return made.as_bytes()


@pytest.mark.part("rspamd")
def test_rspamd_takes_any_hindi_for_a_disguise(port: int) -> None:
    _, _, headline, standfirst, _, _ = mails.WORDS["hi"]
    alone = judged(port, plain(f"{headline} {standfirst} "))
    ours = judged(port, mail("daily", "hi"))
    assert 0 < ours[SCRIPT] <= alone[SCRIPT], "if it no longer does, judge Hindi as the others"


@pytest.mark.part("rspamd")
@pytest.mark.part("spamassassin")
def test_the_judges_know_spam(port: int, tmp_path: Path) -> None:
    gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n"
    assert spamassassin(tmp_path, plain(gtube))["GTUBE"] > 100
    shouting = judged(port, plain("buy", subject="WIN MONEY NOW!!! FREE VIAGRA $$$"))
    assert total(shouting, *NO_DNS) > 1

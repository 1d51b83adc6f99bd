"""[hooks], [bounces], [complaints] and the webhook's keys: wrong values are told with their fix."""

from pathlib import Path

import pytest

from digest.config import load
from tests.config.test_load import GOOD, mistakes, write
from tests.hear.posting import new_key, shown


def test_nothing_is_heard_unless_it_is_set_up(tmp_path: Path) -> None:
    told = load(write(tmp_path, GOOD))
    assert told.bounces.kind == "none"
    assert told.hooks.keys.get_secret_value() == ""
    assert told.sending.sendgrid.webhook_keys == ()


def test_a_whole_set_up(tmp_path: Path) -> None:
    keys = [shown(new_key()), f"-----BEGIN PUBLIC KEY-----\n{shown(new_key())}\n-----END"]
    keys[1] += " PUBLIC KEY-----"
    (tmp_path / ".secrets").mkdir()
    (tmp_path / ".secrets" / "hooks__keys").write_text("a" * 32 + "\n" + "b" * 40 + "\n")
    (tmp_path / ".secrets" / "bounces__password").write_text("open-sesame\n")
    text = f"""
        [sending.sendgrid]
        webhook_keys = ["{keys[0]}", '''{keys[1]}''']
        [bounces]
        kind = "imap"
        host = "imap.example.org"
        username = "bounce"
        path = "unused"
        [complaints]
        percent = 0.1
        """
    told = load(write(tmp_path, GOOD + text))
    assert len(told.hooks.keys.get_secret_value().split()) == 2
    assert told.bounces.password.get_secret_value() == "open-sesame"
    assert told.bounces.path == tmp_path / "unused"
    assert "open-sesame" not in repr(told)


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ('[bounces]\nkind = "maildir"', "bounces.path", "is missing"),
        ('[bounces]\nkind = "mbox"', "bounces.path", "is missing"),
        ('[bounces]\nkind = "imap"', "bounces.password", "is missing"),
        ('[bounces]\nkind = "pop3"', "bounces.kind", "'imap'"),
        (
            '[bounces]\nkind = "imap"\nhost = "a.example"\nsecurity = "none"',
            "bounces.security",
            "unencrypted",
        ),
        ('[hooks]\nkeys = "short"', "hooks.keys", "32 characters"),
        (
            '[sending.sendgrid]\nwebhook_keys = ["nonsense"]',
            "sending.sendgrid.webhook_keys[0]",
            "as SendGrid shows it",
        ),
        ("[complaints]\npercent = 0", "complaints.percent", "greater than 0"),
        ("[bounces]\nsoft_tims = 3", "bounces.soft_tims", "did you mean 'soft_times'?"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, key: str, problem: str) -> None:
    told = mistakes(write(tmp_path, GOOD + text))
    assert problem in told[key]
    assert "nonsense" not in str(told)

"""[sending]: one transport or several, every mistake told with its key and its mend."""

from pathlib import Path

import pytest

from digest.config import load
from digest.errors import ConfigError

GOOD = """
[newsroom]
postal_address = "1 Home Street, Here"
[web]
public_url = "https://news.example.org"
signing_keys = "k1:ssssssssssssssssssssssssssssssssssssssssssss"
pepper = "pppppppppppppppppppppppppppppppppppppppp"
[sending]
from = "The Meridian <news@example.org>"
reply_to = "desk@example.org"
transport = "routes"
[sending.routes.grid]
transport = "sendgrid"
sendgrid.api_key = "SG.hush"
[sending.routes.relay]
transport = "smtp"
smtp.host = "relay.example.org"
"""


def mistakes(folder: Path, more: dict[str, str]) -> dict[str, str]:
    file = folder / "config.toml"
    file.write_text(GOOD)
    with pytest.raises(ConfigError) as caught:
        load(file, more)
    assert "SG.hush" not in str(caught.value)
    return {one.key: one.problem for one in caught.value.mistakes}


def test_routes_come_in_the_order_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(GOOD.replace('sendgrid.api_key = "SG.hush"\n', ""))
    (tmp_path / ".secrets").mkdir()
    (tmp_path / ".secrets" / "sending__routes__grid__sendgrid__api_key").write_text("SG.file\n")
    monkeypatch.setenv("DIGEST_SENDING__ROUTES__RELAY__SMTP__PASSWORD", "hush")
    sending = load(tmp_path / "config.toml").sending
    assert list(sending.routes) == ["grid", "relay"]
    assert sending.routes["grid"].sendgrid.api_key.get_secret_value() == "SG.file"
    assert sending.routes["relay"].smtp.password.get_secret_value() == "hush"
    assert sending.kinds == {"sendgrid", "smtp"}


@pytest.mark.parametrize(
    ("more", "key", "words"),
    [
        ({"sending.letters": "gird"}, "sending.letters", "did you mean 'grid'"),
        ({"sending.per_second": "10"}, "sending.per_second", "belongs to a route"),
        ({"sending.routes.relay.smtp.host": '""'}, "sending.routes.relay.smtp.host", "required"),
        (
            {"sending.routes.grid.sendgrid.api_key": '""'},
            "sending.routes.grid.sendgrid.api_key",
            "sending__routes__grid__sendgrid__api_key",
        ),
        (
            {"sending.routes.grid.sendgrid.host": '"https://eu.api.sendgrid.com"'},
            "sending.routes.grid.sendgrid.host",
            "https://api.eu.sendgrid.com",
        ),
        (
            {"sending.routes.grid.sendgrid.host": '"http://proxy.example.org"'},
            "sending.routes.grid.sendgrid.host",
            "must be https",
        ),
        (
            {"sending.routes.grid.sendgrid.asm_group": "7"},
            "sending.routes.grid.sendgrid.asm_group",
            'unsubscribe = "group"',
        ),
        (
            {"sending.routes.grid.sendgrid.unsubscribe": '"group"'},
            "sending.routes.grid.sendgrid.asm_group",
            "is missing",
        ),
        (
            {"sending.routes.grid.sendgrid.categories": '["a", "a"]'},
            "sending.routes.grid.sendgrid.categories",
            "used twice",
        ),
        (
            {
                "sending.routes.grid.give_up_after_minutes": "10",
                "sending.routes.relay.warm_up.started": "2026-12-01",
                "sending.routes.relay.warm_up.per_day": "10",
            },
            "sending.routes.grid.give_up_after_minutes",
            "another route without a warm-up plan",
        ),
        ({"sending.transport": '"smtp"'}, "sending.transport", 'must be "routes"'),
        (
            {"sending.routes.relay.transport": '"outbox"'},
            "sending.routes.relay.transport",
            "'smtp'",
        ),
    ],
    ids=lambda told: str(told) if isinstance(told, str) else "",
)
def test_a_mistake_is_told_with_its_key_and_its_mend(
    tmp_path: Path, more: dict[str, str], key: str, words: str
) -> None:
    assert words in mistakes(tmp_path, more)[key]


def test_routes_need_a_route(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD.partition("[sending.routes.grid]")[0])
    with pytest.raises(ConfigError, match="needs a route"):
        load(tmp_path / "config.toml")


def test_both_hosts_of_sendgrid_are_fine(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD)
    for host in ("https://api.sendgrid.com", "https://api.eu.sendgrid.com", "http://127.0.0.1:9"):
        load(tmp_path / "config.toml", {"sending.routes.grid.sendgrid.host": f'"{host}"'})

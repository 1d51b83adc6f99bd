"""config.toml: strict, layered, every mistake in one report."""

from pathlib import Path

import pytest

from digest import bundled
from digest.config import load
from digest.config.editions import editions
from digest.errors import ConfigError
from digest.model import Utm, WhenShort
from digest.render.headers import LONGEST_LEAVE_URL

GOOD = """
[[sources]]
name = "wire"
kind = "feed"
url = "https://example.org/feed"

[[editions]]
slug = "daily"
name = "Daily"

[[editions.sections]]
take = "latest"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(file: Path, **overrides: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(file, {key.replace("__", "."): value for key, value in overrides.items()})
    return {mistake.key: mistake.problem for mistake in caught.value.mistakes}


@pytest.mark.parametrize("file", [bundled.sample_config(), bundled.first_config()])
def test_the_files_we_ship_are_right(file: Path) -> None:
    assert load(file).editions


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        [sending]
        transport = "smpt"
        form = "x"
        [web]
        port = "many"
        [[sources]]
        name = "Not A Slug"
        kind = "feed"
        [[editions]]
        slug = "daily"
        name = "Daily"
        time = "25:00"
        zone = "Mars/Olympus"
        [[editions.sections]]
        take = "region"
        region = "afrika"
        [[segments]]
        name = "one"
        filter = { region = "africa", tga = "x" }
        """,
    )
    told = mistakes(file)
    assert told["sending.form"] == "unknown key; did you mean 'from'?"
    assert "'outbox', 'smtp', 'sendgrid' or 'routes'" in told["sending.transport"]
    assert "'many'" in told["web.port"]
    assert "hyphens" in told["sources[0].name"]
    assert told["sources[0].url"] == "give either url or path"
    assert "HH:MM" in told["editions[0].time"]
    assert "IANA" in told["editions[0].zone"]
    assert "did you mean 'africa'?" in told["editions[0].sections[0].region"]
    assert told["segments[0].filter.tga"] == "unknown key; did you mean 'tag'?"


def test_command_line_before_environment_before_secret_before_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, GOOD + "\n[web]\nport = 1001\n")
    assert load(file).web.port == 1001
    (tmp_path / ".secrets").mkdir()
    (tmp_path / ".secrets" / "web__port").write_text("1002\n")
    assert load(file).web.port == 1002
    monkeypatch.setenv("DIGEST_WEB__PORT", "1003")
    assert load(file).web.port == 1003
    assert load(file, {"web.port": "1004"}).web.port == 1004


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    file = write(
        tmp_path, GOOD + '\n[sending.sendgrid]\napi_key = "SG.hush"\ntimeout_seconds = -1\n'
    )
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert "SG.hush" not in str(caught.value)
    settings = load(file, {"sending.sendgrid.timeout_seconds": "5"})
    assert "SG.hush" not in repr(settings)
    assert settings.sending.sendgrid.api_key.get_secret_value() == "SG.hush"


def test_real_mail_needs_its_settings_first(tmp_path: Path) -> None:
    told = mistakes(write(tmp_path, GOOD), sending__transport="smtp")
    assert set(told) == {
        "sending.from",
        "sending.reply_to",
        "newsroom.postal_address",
        "web.public_url",
        "web.signing_keys",
        "web.pepper",
        "sending.smtp.host",
    }


def test_a_public_url_too_long_for_leave_links_is_refused(tmp_path: Path) -> None:
    told = mistakes(write(tmp_path, GOOD), web__public_url="https://" + "a" * 40 + ".example.org")
    assert "at most 47" in told["web.public_url"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("sending.precedence", "junk", "'bulk', 'list' or ''"),
        ("sending.unsubscribe_mailto", "leave", "bare ASCII address"),
        ("sending.unsubscribe_mailto", "jörg@news.example", "bare ASCII address"),
        ("sending.unsubscribe_mailto", "Leave <leave@news.example>", "bare ASCII address"),
        ("sending.unsubscribe_mailto", f"{'a' * 22}@news.example", "34 at most"),
        ("sending.from", "Jörg <jörg@news.example>", "ASCII before the @"),
        ("newsroom.subscribe_url", "/subscribe", "https://"),
        ("utm.campaign", "{edition}-{day}", "{edition} and {date} only"),
        ("utm.source", " mail", "without spaces around"),
        ("utm.hosts", '["https://m.example/"]', "bare host"),
    ],
)
def test_headers_and_links_that_cannot_be(tmp_path: Path, key: str, value: str, words: str) -> None:
    told = mistakes(write(tmp_path, GOOD), **{key.replace(".", "__"): value})
    assert words in "".join(told.values())
    assert all(one.startswith(key) for one in told)


def test_the_longest_address_to_leave_by_mail_fits_with_its_key(tmp_path: Path) -> None:
    longest = f"{'a' * 21}@news.example"
    given = load(write(tmp_path, GOOD), {"sending.unsubscribe_mailto": longest})
    assert given.sending.unsubscribe_mailto == longest
    assert len(f"mailto:{longest}?subject={'x' * 22}") == LONGEST_LEAVE_URL


def test_utm_is_off_until_it_has_a_source(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert editions(load(file), ())["daily"].utm is None
    given = load(file, {"utm.source": "digest", "utm.hosts": '["*.m.example"]'})
    assert editions(given, ())["daily"].utm == Utm(
        parameters=(
            ("utm_source", "digest"),
            ("utm_medium", "email"),
            ("utm_campaign", "{edition}-{date}"),
        ),
        hosts=("*.m.example",),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [("= nonsense", "is not TOML"), (None, "`digest init` writes one")],
)
def test_an_unreadable_file_is_one_clear_line(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "config.toml"
    if text is not None:
        file.write_text(text)
    assert words in mistakes(file)["file"]


def test_short_days_and_alerts(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Daily"', 'name = "Daily"\nwhen_short = "{}"')
    alerts = '\n[alerts]\nto = ["{}"]\n'
    told = mistakes(write(tmp_path, text.format("wait") + alerts.format("Ed <ed@example.org>")))
    assert "'roll_over', 'skip', 'quiet' or 'send'" in told["editions[0].when_short"]
    assert "bare address" in told["alerts.to[0]"]
    good = load(write(tmp_path, text.format("quiet") + alerts.format("ed@example.org")))
    assert good.editions[0].when_short is WhenShort.QUIET
    assert good.alerts.to == ("ed@example.org",)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD))
    assert settings.sending.outbox == tmp_path / "var/outbox"
    assert str(tmp_path) in settings.database.url


def test_names_that_refer_to_nothing_are_found(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Daily"', 'name = "Daily"\nsources = ["wier"]')
    told = mistakes(write(tmp_path, text + '\n[topics.rules]\n"Money" = "busines"\n'))
    assert "did you mean 'wire'?" in told["editions[0].sources"]
    assert "did you mean 'business'?" in told['topics.rules."Money"']


def test_what_an_edition_says_of_readers_selections(tmp_path: Path) -> None:
    told = load(bundled.sample_config()).editions[0]
    assert (told.reader_minimum, told.max_variants, told.languages) == (1, 0, ())
    wrong = 'slug = "daily"\nreader_minimum = 0\nmax_variants = -1\nlanguages = ["English"]'
    found = mistakes(write(tmp_path, GOOD.replace('slug = "daily"', wrong)))
    assert sorted(found) == [
        "editions[0].languages[0]",
        "editions[0].max_variants",
        "editions[0].reader_minimum",
    ]


def test_reviewers_are_told_apart_by_name(tmp_path: Path) -> None:
    both = 'review_to = ["Ada <ada@example.org>", "ada <a.lane@example.org>"]'
    file = write(tmp_path, GOOD.replace('name = "Daily"', f'name = "Daily"\n{both}'))
    assert "own" in mistakes(file)["editions[0].review_to"]

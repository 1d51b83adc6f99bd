"""The log: every line is in the list, in one form, and holds no address."""

import json
import logging
import string
from collections import defaultdict
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from digest import logs
from digest.watch.lines import LINES
from digest.watch.masking import MASKED, masked
from digest.watch.meter import Meter
from tests.parts import REPO
from tests.watch.written import Written, written

FOLDERS = [REPO / "digest", REPO / "subscribers"]
#: of another package; nobody writes it by name
FOREIGN = {"library"}
#: whose fields come by ** from a mapping
BY_MAPPING = {"alert", "alert_resolved", "job_rescued", "job_rescued_elsewhere"}
#: what stands in the call and beside in every line
BOUND = {"edition", "issue", "batch", "source"}


def test_every_line_in_the_code_is_in_the_list_and_every_one_in_the_list_in_the_code() -> None:
    found: dict[str, list[Written]] = defaultdict(list)
    for one in written(FOLDERS):
        found[one.name].append(one)
    assert found.keys() - LINES.keys() == set(), "unknown: add them to digest/watch/lines.py"
    assert LINES.keys() - found.keys() == FOREIGN
    for name, calls in found.items():
        for one in calls:
            assert one.level == LINES[name].level, one.where
            assert one.fields <= {*LINES[name].fields, *BOUND}, one.where
        told = {field for one in calls for field in one.fields}
        missing = set(LINES[name].fields) - told
        assert not missing or name in {
            "alert",
            "alert_resolved",
            "job_rescued",
            "job_rescued_elsewhere",
        }


def test_a_name_that_is_made_up_at_run_time_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('log.info(f"{kind}_sent", issue=1)\n')
    with pytest.raises(TypeError, match="literal"):
        list(written([tmp_path]))


@pytest.fixture(autouse=True)
def _as_a_process_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a server of another test made of uvicorn's loggers."""
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        for key, value in (("handlers", []), ("propagate", True), ("disabled", False)):
            monkeypatch.setattr(logger, key, value)
        monkeypatch.setattr(logger, "level", logging.NOTSET)
    logging.getLogger("uvicorn").manager._clear_cache()  # type: ignore[attr-defined]  # levels are kept there


BEFORE = ["", "<", "mailto:", "to=", "'", '"', "550 5.1.1 <", "?e=", "("]
_WORD = st.text(string.ascii_letters + string.digits + ".+_-é", min_size=1, max_size=30)


@given(_WORD, _WORD, st.sampled_from(BEFORE))
def test_whatever_stands_around_it_an_address_is_masked(local: str, host: str, before: str) -> None:
    for at in ("@", "%40"):
        told = masked(f"x {before}{local}{at}{host}> y")
        assert "@" not in told
        assert "%40" not in told
        assert MASKED in told
        assert told.startswith("x ")


@settings(max_examples=30)
@given(st.text(max_size=80).filter(lambda text: "@" not in text and "%40" not in text))
def test_what_holds_no_address_stays(text: str) -> None:
    assert masked(text) == text


class BoomError(Exception):
    """Somebody else's error, with an address in it."""


def _say_it_all() -> None:
    log = structlog.get_logger()
    with bound_contextvars(edition="daily", issue=7):
        log.info("source_gathered", source="wire", note="mail marked@reader.example")
        log.warning("worker_replaced", worker="feed parser", why="EOFError")
        more = {"marked@reader.example": ["x marked%40reader.example"]}
        error = BoomError("no mailbox marked@reader.example here")
        log.error("worker_failed", rejects=more, exc_info=error)
    logging.getLogger("uvicorn.error").error("failed for %s", "marked@reader.example")
    logging.getLogger("apscheduler.executors").info("not a word of this")


def test_as_json_every_line_is_one_object_whoever_says_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(verbose=True, form="json")
    _say_it_all()
    lines = capsys.readouterr().err.splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["event"] for one in told] == [
        "source_gathered",
        "worker_replaced",
        "worker_failed",
        "library",
    ]
    assert all(one["timestamp"].endswith("Z") and one["level"] for one in told)
    assert told[0]["issue"] == 7
    assert told[0]["edition"] == "daily"
    assert told[3]["logger"] == "uvicorn.error"
    assert told[3]["said"] == f"failed for {MASKED}"
    assert "BoomError" in lines[2]
    assert "reader.example" not in "".join(lines)


def test_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(verbose=True, form="console")
    _say_it_all()
    told = capsys.readouterr().err
    assert "reader.example" not in told
    assert "BoomError: no mailbox [address] here" in told
    assert "source_gathered" in told


def test_levels_and_what_the_meter_hears(capsys: pytest.CaptureFixture[str]) -> None:
    class Heard(Meter):
        """Remembers."""

        def __init__(self) -> None:
            super().__init__()
            self.lines: list[tuple[str, str]] = []
            self.workers: list[tuple[str, str]] = []

        def logged(self, event: str, level: str) -> None:
            self.lines.append((event, level))

        def replaced(self, worker: str, reason: str) -> None:
            self.workers.append((worker, reason))

    heard = Heard()
    logs.configure(verbose=False, form="json", meter=heard)
    _say_it_all()
    assert "source_gathered" not in capsys.readouterr().err
    assert heard.lines == [
        ("worker_replaced", "warning"),
        ("worker_failed", "error"),
        ("library", "error"),
    ]
    assert heard.workers == [("feed parser", "EOFError")]
    logs.configure(verbose=True, level="error", form="json")
    _say_it_all()
    assert [json.loads(one)["event"] for one in capsys.readouterr().err.splitlines()] == [
        "worker_failed",
        "library",
    ]

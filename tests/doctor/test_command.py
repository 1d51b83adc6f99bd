"""``digest doctor`` as people and scripts use it."""

import json
import subprocess
import sys

import pytest

from digest.doctor.registry import CHECKS
from tests.doctor.cases import txt
from tests.doctor.ward import SMTP, Ward
from tests.line.newsroom import Folder

LOCAL = ("--nameserver", "127.0.0.1:{port}")


def test_it_tells_and_leaves_with_9_where_anything_is_wrong(ward: Ward) -> None:
    ward.names.zone = txt("news.example", "v=spf1 +all")
    ward.patient()
    folder = Folder(ward.folder)
    named = [one.format(port=ward.names.port) for one in LOCAL]
    words = ("doctor", "--only", "spf", "--only", "mx", *named)
    told = folder.json(*words, expect=9)
    assert told["well"] is False
    assert {one["check"] for one in told["findings"]} == {"spf", "mx"}
    spf = next(one for one in told["findings"] if one["check"] == "spf")
    assert spf == {
        "check": "spf",
        "severity": "error",
        "what": "SPF of news.example allows everybody to send (+all)",
        "fix": "End it with -all or ~all",
        "link": "docs/doctor.md#spf",
    }
    text = folder.run(*words, expect=9).stdout
    assert "To be mended now\n  spf " in text
    assert text.splitlines()[-1].endswith("in 2 checks; docs/doctor.md tells more")


def test_a_trial_without_a_database_is_well_and_stays_untouched(ward: Ward) -> None:
    ward.database = f"sqlite:///{ward.folder / 'none' / 'digest.sqlite3'}"
    ward.patient("")
    before = sorted(ward.folder.rglob("*"))
    told = Folder(ward.folder).json("doctor", "--offline")
    assert told["well"] is True
    assert [one["check"] for one in told["findings"]] == list(CHECKS)
    assert sorted(ward.folder.rglob("*")) == before, "it changes nothing"


def test_mistakes_in_config_are_findings_too(ward: Ward) -> None:
    ward.patient("nonsense = 1\n" + SMTP)
    told = Folder(ward.folder).json("doctor", "--offline", expect=9)
    assert "nonsense: unknown key" in json.dumps(told["findings"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--only", "spfx"), "'spfx' is no check"),
        (("--nameserver", "ns.example"), "is no IP address"),
    ],
)
def test_what_is_misspelt_is_said(ward: Ward, words: tuple[str, ...], why: str) -> None:
    ward.patient()
    told = Folder(ward.folder).run("doctor", *words, expect=2)
    assert why in " ".join(told.stderr.split())


def test_other_commands_import_none_of_it() -> None:
    asked = "import sys, digest.cli.root as r; sys.argv = ['digest', '--help']\n"
    asked += "try: r.run()\nexcept SystemExit: pass\n"
    asked += "print([one for one in sys.modules if one.startswith(('digest.doctor', 'dns'))])"
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.splitlines()[-1] == "[]"

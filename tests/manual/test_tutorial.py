"""docs/tutorial.md, followed from its first command to its last, against the clock."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.manual.blocks import blocks
from tests.manual.shell import Shell, free_port
from tests.parts import REPO

PAGE = "tutorial.md"
#: of the 15 minutes: what the machine may take, so that a person has the rest to read
SECONDS = 240


def test_the_tutorial_leads_to_a_first_real_send(tmp_path: Path, bin_folder: Path) -> None:
    text = (REPO / "docs" / PAGE).read_text("utf-8")
    pages, relay = free_port(), free_port()
    # This machine may have other things at these ports.
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{pages}").replace("2525", str(relay))
    # Its hour is not one at which this test may run.
    far = datetime.now(ZoneInfo("Europe/Dublin")) + timedelta(hours=11)
    text = text.replace('time = "06:00"', f'time = "{far:%H:%M}"')
    settings = {"DIGEST_WEB__PORT": str(pages), "DIGEST_DESK__PORT": str(free_port())}
    given = [one for one in blocks(text) if one.language == "sh" and not one.reason]
    began = time.monotonic()
    told = Shell(bin_folder, tmp_path / "x", settings=settings, make=True).run(given)
    taken = time.monotonic() - began
    print(f"the tutorial took {taken:.0f} s of the machine's time")
    inbox = sorted((tmp_path / "x" / "ournews" / "inbox" / "new").iterdir())
    mails = [one.read_text("utf-8") for one in inbox]
    assert [re.search(r"^Subject: (.*)$", one, re.MULTILINE)[1] for one in mails] == [  # type: ignore[index]  # it is there
        "Please confirm: Harbour Morning",
        "Welcome to Harbour Morning",
        "The island ferry sails again after the storm",
        "Forty seals have taken the north pier for themselves",
    ]
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mails[2]
    assert re.findall(r"edition  morning +(\d)", told) == ["1", "0"]
    assert taken < SECONDS

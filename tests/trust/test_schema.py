"""Schemathesis against a real server: no 5xx, no answer that the OpenAPI document does not tell.

The suite makes some calls of each operation; ``make fuzz`` as many as DIGEST_FUZZ says.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.line.newsroom import environment
from tests.trust.serving import sample, served

EXAMPLES = int(os.environ.get("DIGEST_FUZZ", "0"))
EVERYTHING = ("read", "write", "events")
#: what is well-formed may still be refused: an unknown edition, an address that none is
SKIPPED = "positive_data_acceptance"


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    "scopes", [EVERYTHING, ("read",), ("write",)] if EXAMPLES else [EVERYTHING]
)
def test_no_call_breaks_the_api(tmp_path: Path, scopes: tuple[str, ...]) -> None:
    folder = sample(tmp_path)
    words = [word for scope in scopes for word in ("--scope", scope)]
    key = folder.run("keys", "add", "schemathesis", *words).stdout.strip()
    folder.run("subscribers", "add", "ada@example.org", "--edition", "morning", "--consent", "test")
    with served(folder, "web.api_calls_per_second=100000") as url:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json"),
                *("--header", f"Authorization: Bearer {key}", "--checks", "all"),
                *("--exclude-checks", SKIPPED, "--generation-database", "none", "--no-color"),
                *("--max-examples", str(EXAMPLES or 3), "--warnings", "off"),
                "--continue-on-failure",
            ],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    log = (tmp_path / "digest.log").read_text()
    assert "api_failed" not in log
    assert "ada@example.org" not in log

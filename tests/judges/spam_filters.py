"""SpamAssassin and rspamd as mail providers run them, but without a network.

Both read the system's own rules and write to a folder of the test's; nothing of the system's
configuration is touched.
"""

import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.parts import rspamd as rspamd_path

#: modules that ask the network, and one that reads mail headers of other servers on the way
NEED_NETWORK = (
    *("rbl", "fuzzy_check", "phishing", "surbl", "asn", "mx_check", "dmarc", "spf", "dkim"),
    *("arc", "url_redirector", "bimi", "rspamd_update", "dkim_signing", "once_received"),
)


def spamassassin(folder: Path, mail: bytes) -> dict[str, float]:
    """Rule → points, of the rules that this mail meets (``spamassassin --local``)."""
    command = ["spamassassin", "--local", "--test-mode", f"--prefs-file={folder / 'prefs'}"]
    (folder / "prefs").write_text("use_bayes 0\nuse_auto_whitelist 0\nreport_safe 0\n", "ascii")
    done = subprocess.run(
        command,
        input=mail,
        capture_output=True,
        timeout=120,
        check=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )
    report = done.stdout.decode("utf-8", "replace")
    assert re.search(r"^Content analysis details:\s+\(.*points", report, re.MULTILINE), report
    rows = re.findall(r"^\s*(-?\d+(?:\.\d+)?) ([A-Z][A-Z0-9_]+) ", report, re.MULTILINE)
    return {name: float(points) for points, name in rows}


@contextmanager
def rspamd(folder: Path) -> Iterator[int]:
    """An rspamd of our own on loopback, as long as the block lasts; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    _configure(folder, port)
    places = dict.fromkeys(("LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR"), folder)
    variables = [f"--var={name}={place}" for name, place in places.items()]
    command = [str(rspamd_path()), "--no-fork", "--insecure", *variables]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def judged(port: int, mail: bytes) -> dict[str, float]:
    """Rule → points, of the rules that this mail meets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    told: Mapping[str, str] = {
        "From": "news@meridian.example",
        "Rcpt": "reader@example.org",
        "Queue-Id": "judged",
    }
    connection.request("POST", "/checkv2", mail, dict(told))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return {name: rule["score"] for name, rule in answer["symbols"].items()}


def _configure(folder: Path, port: int) -> None:
    for name in ("local.d", "override.d", "maps.d"):
        (folder / name).mkdir()
    files = {
        "options.inc": 'dns { nameserver = ["127.0.0.1:1:10"]; timeout = 0.1s; retransmits = 1; }\n'
        f'tempdir = "{folder}";\nexplicit_modules = [];\n'
        # of its own 9,609 suffixes rspamd makes a matcher first, which takes 14 s
        f'url_tld = "{folder / "suffixes"}";\n',
        "worker-normal.inc": f'bind_socket = "127.0.0.1:{port}";\ncount = 1;\n',
        **{
            f"worker-{name}.inc": "count = -1;\nenabled = false;\n"
            for name in ("controller", "proxy")
        },
        **{f"{name}.conf": "enabled = false;\n" for name in NEED_NETWORK},
    }
    (folder / "suffixes").write_text("com\norg\nexample\n", "ascii")
    for name, text in files.items():
        (folder / "override.d" / name).write_text(text, "utf-8")


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "rspamd went away"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("rspamd does not answer")

"""Bad input: one clear line, the rest goes on, the exit code tells."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest import bundled
from digest.errors import ExitCode
from tests.line.newsroom import Folder, csv

FEED = """<rss version="2.0"><channel><title>T</title>
<item><title>A good story</title><link>https://example.org/1</link></item>
<item><title>No link at all</title></item></channel></rss>"""


class Liar(BaseHTTPRequestHandler):
    """Answers each path with another lie."""

    def do_GET(self) -> None:
        """One answer."""
        status, kind, body = {
            "/good": (200, "application/rss+xml", FEED),
            "/html": (200, "application/rss+xml", "<html><body>Please log in</body></html>"),
            "/gone": (410, "text/plain", "gone"),
            "/error": (500, "text/plain", "oops"),
            "/cut": (200, "application/rss+xml", FEED[:120]),
        }.get(self.path, (404, "text/plain", "no"))
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""


@pytest.fixture(scope="module")
def liar() -> Iterator[str]:
    """A server that lies."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The sample newsroom's configuration in an empty folder."""
    shutil.copy(bundled.sample_config(), tmp_path / "config.toml")
    return Folder(tmp_path)


def test_lying_sources_stop_no_other(folder: Folder, liar: str) -> None:
    paths = ("good", "html", "gone", "error", "cut", "missing")
    sources = "".join(
        f'[[sources]]\nname = "{path}"\nkind = "feed"\nurl = "{liar}/{path}"\n' for path in paths
    )
    sources += '[[sources]]\nname = "nobody"\nkind = "feed"\nurl = "http://127.0.0.1:9/feed"\n'
    edition = '[[editions]]\nslug = "d"\nname = "D"\n[[editions.sections]]\ntake = "latest"\n'
    config = f'[gather]\nallow_private = ["127.0.0.0/8"]\n{sources}{edition}'
    (folder.path / "config.toml").write_text(config)
    reports = {one["source"]: one for one in folder.json("gather", expect=ExitCode.PARTIAL)}
    assert reports["good"]["status"] == "ok"
    assert reports["good"]["new"] == 1
    assert reports["good"]["rejects"] == {"no_link": 1}
    assert reports["gone"]["status"] == "gone"
    for name in ("html", "error", "missing", "nobody"):
        assert reports[name]["status"] == "failed", name
        assert reports[name]["note"], name
        assert "\n" not in reports[name]["note"]
    # Half a feed is read as far as it goes, or refused: never an exception, never silence.
    assert reports["cut"]["new"] == 1 or reports["cut"]["note"]


def test_the_cloud_s_metadata_is_never_fetched(folder: Folder) -> None:
    config = '[[sources]]\nname = "evil"\nkind = "feed"\nurl = "http://169.254.169.254/latest"\n'
    edition = '[[editions]]\nslug = "d"\nname = "D"\n[[editions.sections]]\ntake = "latest"\n'
    (folder.path / "config.toml").write_text(config + edition)
    (report,) = folder.json("gather", expect=ExitCode.PARTIAL)
    assert report["status"] == "failed"
    assert "allow_private" in report["note"]


def test_a_wrong_configuration_lists_every_mistake(folder: Folder) -> None:
    (folder.path / "config.toml").write_text('[sending]\ntransprt = "x"\n[web]\nport = "many"\n')
    done = folder.run("gather", expect=ExitCode.CONFIG)
    assert "2 mistakes" in done.stderr
    assert "did you mean 'transport'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_template_names_file_and_line(folder: Folder) -> None:
    own = folder.path / "mine"
    (own / "partials").mkdir(parents=True)
    (own / "partials" / "footer.mjml").write_text(
        "<mj-section>\n<mj-colum></mj-colum></mj-section>"
    )
    folder.run("demo")
    done = folder.run("--set", "templates=mine", "preview", "morning", expect=ExitCode.ERROR)
    assert "footer.mjml" in done.stderr
    assert "2" in done.stderr
    assert "mj-column" in done.stderr
    assert "Traceback" not in done.stderr


def test_broken_rows_are_listed_and_the_rest_goes_in(folder: Folder) -> None:
    rows = csv(
        [
            ("ada@example.org", "Ada", "en", "", "", "morning", "", "form", "2026-01-01"),
            ("not an address", "Bob", "en", "", "", "morning", "", "form", "2026-01-01"),
            ("cy@example.org", "Cy", "en", "", "", "morning", "", "", "2026-01-01"),
        ]
    )
    (folder.path / "people.csv").write_text(rows + "too,few\n")
    dry = folder.json("subscribers", "import", "people.csv", "--dry-run", expect=ExitCode.PARTIAL)
    assert dry["added"] == 1
    report = folder.json("subscribers", "import", "people.csv", expect=ExitCode.PARTIAL)
    assert report["added"] == 1, "the dry run stored nothing"
    assert [one["line"] for one in report["rejected"]] == [3, 4, 5]
    assert all(one["problem"] for one in report["rejected"])
    folder.run("subscribers", "import", "nowhere.csv", expect=ExitCode.ERROR)


def test_an_address_in_another_script_goes_where_it_can(folder: Folder) -> None:
    names = ("jörg", "ada")
    rows = csv(
        (f"{name}@example.org", name, "en", "", "", "morning", "", "form", "2026-01-01")
        for name in names
    )
    (folder.path / "people.csv").write_text(rows)
    folder.run("subscribers", "import", "people.csv")
    issue = folder.json("demo")["issues"][0]
    assert issue["told"] == "sent"
    shown = folder.json("show", str(issue["issue"]))
    # a file takes any script; who cannot be mailed by a server is in tests/deliver/test_contract.py
    assert shown["deliveries"] == {"accepted": 2}
    assert shown["not_sent"] == {}


def test_real_mail_is_refused_until_it_is_set_up(folder: Folder) -> None:
    done = folder.run("--set", "sending.transport=smtp", "send", expect=ExitCode.CONFIG)
    assert "sending.smtp.host" in done.stderr


def test_usage_errors_are_usage_errors(folder: Folder) -> None:
    folder.run("nonsense", expect=ExitCode.USAGE)
    folder.run("--now", "noon", "gather", expect=ExitCode.USAGE)
    folder.run("init", ".", expect=ExitCode.REFUSED)

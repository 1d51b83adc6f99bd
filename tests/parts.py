"""Real parts that pip cannot bring: is each here, and how does one get it?

A test that needs one says ``@pytest.mark.part("chromium")``. Where the part is absent the test
skips, and the run ends with one line on how to get it; with CI=true it fails instead.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
#: evaluation data that stands beside the repository, never inside it
SHARED_DATA = Path(os.environ.get("DIGEST_SHARED_DATA", REPO.parent / "shared" / "data"))
NODE_MODULES = REPO / ".state" / "node_modules"


@dataclass(frozen=True, slots=True)
class Part:
    """A real part and how to get it."""

    here: Callable[[], bool]
    how: str


def postgres_bin() -> Path | None:
    """The folder with initdb and postgres, if PostgreSQL's server is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def smtp_sink() -> str | None:
    """Postfix's test server."""
    return shutil.which("smtp-sink", path=os.environ["PATH"] + ":/usr/sbin")


def chromium() -> str | None:
    """A headless browser."""
    return (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


def prism() -> Path | None:
    """The third-party mock server for OpenAPI descriptions."""
    found = NODE_MODULES / ".bin" / "prism"
    return found if found.exists() else None


def npm(package: str) -> Path | None:
    """The folder of a package that npm brings."""
    found = NODE_MODULES / package
    return found if found.exists() and shutil.which("node") else None


def rspamd() -> str | None:
    """The spam filter that many providers run."""
    return shutil.which("rspamd", path=os.environ["PATH"] + ":/usr/sbin")


def dovecot() -> str | None:
    """An IMAP server."""
    return shutil.which("dovecot", path=os.environ["PATH"] + ":/usr/sbin")


def wordpress() -> Path | None:
    """Debian's WordPress, when PHP and MariaDB are there to run it."""
    root = Path("/usr/share/wordpress")
    runs = shutil.which("php") and shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin")
    return root if root.exists() and runs else None


NPM = "`make test-parts` installs it (npm install --prefix .state {})"
APT = "`make test-parts` installs it (apt-get install {})"
PARTS = {
    "postgres": Part(lambda: postgres_bin() is not None, APT.format("postgresql")),
    "postfix": Part(lambda: smtp_sink() is not None, APT.format("postfix")),
    "dovecot": Part(lambda: dovecot() is not None, APT.format("dovecot-imapd")),
    "postfix-relay": Part(
        lambda: os.geteuid() == 0 and Path("/usr/sbin/postfix").exists(),
        "run the tests as a super-user; " + APT.format("postfix"),
    ),
    "chromium": Part(lambda: chromium() is not None, APT.format("chromium")),
    "wordpress": Part(
        lambda: wordpress() is not None, APT.format("wordpress php-cli php-mysql mariadb-server")
    ),
    "prism": Part(lambda: prism() is not None, NPM.format("@stoplight/prism-cli@5")),
    "axe": Part(lambda: npm("axe-core") is not None, NPM.format("axe-core@4.14.1")),
    "oidc-provider": Part(
        lambda: npm("oidc-provider") is not None, NPM.format("oidc-provider@9.13.3")
    ),
    "mjml": Part(lambda: npm("mjml") is not None, NPM.format("mjml@5.4.1")),
    "caniemail": Part(lambda: npm("caniemail") is not None, NPM.format("caniemail@2.0.2")),
    "spamassassin": Part(
        lambda: shutil.which("spamassassin") is not None, APT.format("spamassassin")
    ),
    "rspamd": Part(lambda: rspamd() is not None, APT.format("rspamd")),
    "promtool": Part(lambda: shutil.which("promtool") is not None, APT.format("prometheus")),
    "shared-data": Part(
        SHARED_DATA.exists, "put the evaluation data at ../shared/data or set DIGEST_SHARED_DATA"
    ),
}

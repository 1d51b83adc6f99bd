"""A real WordPress for tests: Debian's package on PHP's built-in server and its own MariaDB.

Everything lives in a temporary folder and on loopback, and ends with ``close``::

    with WordPressSite() as site:
        site.publish(title="Ferry strike ends", categories=["World > Europe"], sticky=True)
        ... site.url ...
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

PACKAGE = Path("/usr/share/wordpress")
PHP = Path(__file__).parent / "wordpress_php"
_PATH = os.environ["PATH"] + ":/usr/sbin"
_PATIENCE = 30.0

_CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '%(url)s');
define('WP_SITEURL', '%(url)s');
define('WP_CONTENT_DIR', '%(root)s/wp-content');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
#: the package has no theme; this one prints what every theme prints
_THEME = """<!doctype html><html><head><title><?php bloginfo('name'); ?></title>
<?php wp_head(); ?></head><body>
<?php while (have_posts()) { the_post(); the_title(); the_content(); } ?></body>
</html>
"""


class WordPressSite:
    """A WordPress site on a loopback port; a context manager."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wp"))
        self._root = self._folder / "site"
        self._socket = self._folder / "db"
        self._processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        try:
            self._start_database()
            self._lay_out()
            self._php("install.php")
            self._start_server()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End both servers and remove everything."""
        for process in reversed(self._processes):
            _end(process, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                _end(process, signal.SIGKILL)
                process.wait()
        self._processes.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def publish(
        self,
        *,
        title: str,
        content: str = "",
        excerpt: str = "",
        categories: Sequence[str] = (),
        tags: Sequence[str] = (),
        sticky: bool = False,
        image: tuple[int, int] | None = None,
        alt: str = "",
        date: datetime | None = None,
        author: str = "",
        password: str = "",
        status: str = "publish",
    ) -> int:
        """Publish a post; its id.

        ``categories`` are paths like ``World > Asia``, made where they are missing; ``content`` is
        HTML; ``image`` the width and height of a featured picture; ``date`` aware (now if None).
        """
        return int(
            self._php(
                "publish.php",
                {
                    "title": title,
                    "content": content,
                    "excerpt": excerpt,
                    "categories": [
                        [name.strip() for name in path.split(">")] for path in categories
                    ],
                    "tags": list(tags),
                    "sticky": sticky,
                    "image": list(image) if image else None,
                    "alt": alt,
                    "date": int(date.timestamp()) if date else None,
                    "author": author,
                    "password": password,
                    "status": status,
                },
            )
        )

    def publish_now(self, post: int) -> None:
        """Publish a post that is not out yet."""
        self._php("publish_now.php", {"id": post})

    def change(self, post: int, **changes: str) -> None:
        """Change a post: ``post_status``, ``post_password``, as WordPress calls them."""
        self._php("change.php", {"id": post, "changes": changes})

    def trash(self, post: int) -> None:
        """Take a post back."""
        self._php("trash.php", {"id": post})

    def application_password(self, role: str = "editor") -> tuple[str, str]:
        """A new user of this role, and an application password for it."""
        plugin = self._root / "wp-content/mu-plugins/available.php"
        plugin.parent.mkdir(exist_ok=True)
        # WordPress wants https for them; this site is on loopback
        plugin.write_text(
            "<?php add_filter('wp_is_application_passwords_available', '__return_true');"
        )
        name, password = json.loads(self._php("application_password.php", {"role": role}))
        return name, password

    def option(self, name: str, value: str) -> None:
        """Set one of the site's options, e.g. ``permalink_structure``."""
        self._php("option.php", {"name": name, "value": value})

    def close_rest(self, *, closed: bool = True) -> None:
        """Refuse the REST API with 401, as security plugins do; or open it again."""
        plugin = self._root / "wp-content/mu-plugins/closed.php"
        plugin.parent.mkdir(exist_ok=True)
        if closed:
            shutil.copy(PHP / "closed.php", plugin)
        else:
            plugin.unlink(missing_ok=True)

    def _start_database(self) -> None:
        data = self._folder / "data"
        user = ["--user=root"] if os.geteuid() == 0 else []
        _run(
            _command("mariadb-install-db"), "--no-defaults", f"--datadir={data}", *user,
            "--auth-root-authentication-method=normal", "--skip-test-db",
        )  # fmt: skip
        self._start(
            _command("mariadbd"), "--no-defaults", f"--datadir={data}", f"--socket={self._socket}",
            f"--pid-file={self._folder / 'pid'}", "--skip-networking", "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", *user,
        )  # fmt: skip
        _wait_for(self._socket.exists, "MariaDB")

    def _lay_out(self) -> None:
        """The package's own files, linked; WordPress looks for its settings beside wp-load.php."""
        self._root.mkdir()
        for file in PACKAGE.glob("*.php"):
            shutil.copy(file, self._root)
        for folder in ("wp-admin", "wp-includes"):
            (self._root / folder).symlink_to(PACKAGE / folder)
        theme = self._root / "wp-content/themes/plain"
        theme.mkdir(parents=True)
        (theme / "style.css").write_text("/* Theme Name: Plain */")
        (theme / "index.php").write_text(_THEME)
        (theme / "functions.php").write_text(
            "<?php add_theme_support('automatic-feed-links'); add_theme_support('post-thumbnails');"
        )
        told = {"socket": self._socket, "url": self.url, "root": self._root}
        (self._root / "wp-config.php").write_text(_CONFIG % told)

    def _start_server(self) -> None:
        self._start(
            "php", "-d", "opcache.enable_cli=1", "-S", f"127.0.0.1:{self._port}",
            "-t", str(self._root), str(PHP / "router.php"),
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "2"},
        )  # fmt: skip
        _wait_for(self._answers, "WordPress")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/?feed=rss2", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _start(self, *command: str, env: dict[str, str] | None = None) -> None:
        log = (self._folder / f"{len(self._processes)}.log").open("wb")
        with log:
            self._processes.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=env,
                    start_new_session=True,  # PHP's workers outlive it unless ended as a group
                )
            )

    def _php(self, script: str, told: dict[str, object] | None = None) -> str:
        return _run(
            "php", "-d", "display_errors=stderr", str(PHP / script), str(self._root),
            given=json.dumps(told or {}), env={**os.environ, "WP_SOCKET": str(self._socket)},
        )  # fmt: skip


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)


def _command(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    assert found is not None, name
    return found


def _run(*command: str, given: str = "", env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=120, check=False, env=env
    )
    assert done.returncode == 0, f"{command[:4]}: {done.stderr[-2000:]}{done.stdout[-2000:]}"
    return done.stdout


def _wait_for(ready: object, what: str) -> None:
    assert callable(ready)
    until = time.monotonic() + _PATIENCE
    while not ready():
        assert time.monotonic() < until, f"{what} did not start"
        time.sleep(0.05)

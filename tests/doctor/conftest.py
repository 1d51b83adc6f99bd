"""What tests of the doctor share: servers for the whole module, a ward of its own for each test."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.doctor.nameserver import NameServer, name_server
from tests.doctor.ward import Ward
from tests.doctor.webserver import WebServer, web_server
from tests.migrated import EVERYTHING, sqlite_url


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For every host of the ward; good for 90 days."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=ward"),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:*.news.example"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def _names() -> Iterator[NameServer]:
    with name_server() as made:
        yield made


@pytest.fixture(scope="session")
def _web(certificate: Path) -> Iterator[WebServer]:
    with web_server(certificate) as made:
        yield made


@pytest.fixture
def ward(tmp_path: Path, _names: NameServer, _web: WebServer, certificate: Path) -> Iterator[Ward]:
    """A newsroom on SQLite, with nothing in DNS and nothing on the web yet."""
    _names.zone = ""
    _names.broken.clear()
    _names.asked.clear()
    _web.pages.clear()
    _web.asked.clear()
    url = sqlite_url(tmp_path / "digest.sqlite3", *EVERYTHING)
    (tmp_path / "digest.sqlite3").chmod(0o600)
    with ExitStack() as stack:
        yield Ward(tmp_path, _names, _web, certificate, url, stack)

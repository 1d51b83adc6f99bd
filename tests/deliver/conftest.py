"""What tests of transports share."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.deliver.journal import FileJournal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    with FileJournal.open(tmp_path, "1.1.1") as made:
        yield made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate for 127.0.0.1 that nobody but us trusts, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return folder

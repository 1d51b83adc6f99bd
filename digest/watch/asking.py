"""Asks a process on this machine how it is."""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any

from digest.errors import DigestError

#: seconds: container engines give up on a check soon, too
PATIENCE = 5.0
#: what a server that listens everywhere is asked at
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened at


def ask(host: str, port: int, path: str) -> tuple[bool, Mapping[str, Any]]:
    """Whether it is well, and what it says. Raises DigestError where nobody answers."""
    connection = HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(64 * 1024).decode("utf-8", "replace")
    except (OSError, HTTPException) as error:
        raise DigestError(
            f"nobody answers at {host}:{port}",
            hint="is `digest run` at work, and metrics.port or web.port what it listens at?",
        ) from error
    finally:
        connection.close()
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    return answer.status == 200, told if isinstance(told, dict) else {}

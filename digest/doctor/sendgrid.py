"""SendGrid's account as its API tells of it; nothing is changed there.

A key that may only send, as docs/sendgrid.md wants it, may not look: then ``NotAllowedError``.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from digest.doctor.web import Web, WebError
from digest.errors import DigestError


class SendGridError(DigestError):
    """SendGrid's API cannot be asked."""


class NotAllowedError(SendGridError):
    """The key may not look at that."""


class Account:
    """One account, by one key."""

    def __init__(self, web: Web, host: str, api_key: str) -> None:
        self._web = web
        self._host = host.rstrip("/")
        self._key = api_key

    def scopes(self) -> frozenset[str]:
        """What the key may do. Raises SendGridError."""
        return frozenset(map(str, _list(self._get("/v3/scopes"), "scopes")))

    def domains(self) -> list[Mapping[str, Any]]:
        """Domains that the account is authenticated for. Raises SendGridError."""
        return _list(self._get("/v3/whitelabel/domains?limit=200"), "")

    def senders(self) -> list[Mapping[str, Any]]:
        """Single addresses that were verified. Raises SendGridError."""
        return _list(self._get("/v3/verified_senders"), "results")

    def webhooks(self) -> list[Mapping[str, Any]]:
        """Its event webhooks, with the public keys of those that sign. Raises SendGridError."""
        return _list(self._get("/v3/user/webhooks/event/settings/all"), "webhooks")

    def _get(self, path: str) -> Any:
        url = f"{self._host}{quote(path, safe='/?=&')}"
        try:
            answer = self._web.ask("GET", url, headers={"Authorization": f"Bearer {self._key}"})
        except WebError as problem:
            raise SendGridError(f"{self._host} cannot be asked: {problem.message}") from problem
        if answer.status == 401:
            raise SendGridError("SendGrid does not know the key (401)")
        if answer.status == 403:
            raise NotAllowedError("the key may not look at that (403)")
        if answer.status != 200:
            raise SendGridError(f"SendGrid answers {answer.status}")
        try:
            return json.loads(answer.body)
        except ValueError as problem:
            raise SendGridError("SendGrid answers what is no JSON") from problem


def _list(told: Any, name: str) -> list[Any]:
    found = told.get(name) if name and isinstance(told, dict) else told
    if not isinstance(found, list):
        raise SendGridError("SendGrid answers something else than its description says")
    return found

"""Logging in with an account elsewhere: OpenID Connect, code flow with PKCE and a nonce.

Sources: OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RFC 7636 (PKCE), RFC 9700 (which forbids
what is not here). What a login needs between its two halves stands sealed in the browser's cookie.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from digest.errors import RefusedError
from digest.staff.house import House
from digest.store.sessions import BETWEEN_STEPS

#: what an ID token may be signed with: never "none", never a shared secret
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
#: how far the provider's clock may be off, in seconds
LEEWAY = 60
#: seconds for each request to the provider, and the longest answer
TIMEOUT, LONGEST = 10, 1 << 20
FAILED = "Logging in there did not work. Try again."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is elsewhere: the provider's name for them, and a verified address."""

    openid: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """[desk.oidc]."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    domains: frozenset[str]
    label: str


@dataclass(frozen=True, slots=True)
class OpenId:
    """One provider, and the address it sends people back to."""

    house: House
    provider: Provider
    back: str

    def begin(self, then: str, *, again: bool = False) -> tuple[str, str]:
        """Where to send the browser, and what its cookie keeps until it is back.

        ``again``: they are to prove themselves anew. Raises RefusedError.
        """
        kept = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "at": self.house.clock.now().timestamp(),
            "then": then,
            "again": again,
        }
        challenge = hashlib.sha256(str(kept["verifier"]).encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.back,
            "scope": "openid email",
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if again:
            asked |= {"prompt": "login", "max_age": "0"}
        where = _url(self._configuration(), "authorization_endpoint")
        joint = "&" if urlsplit(where).query else "?"
        return f"{where}{joint}{urlencode(asked)}", self.house.seal(json.dumps(kept))

    def finish(self, told: Mapping[str, str], sealed: str) -> tuple[Identity, str, bool]:
        """Who came back, where they wanted to go, and whether they were to prove themselves anew.

        ``told``: the query; ``sealed``: the cookie. Raises RefusedError.
        """
        kept = json.loads(self.house.open(sealed))
        age = self.house.clock.now().timestamp() - kept["at"]
        if not 0 <= age <= BETWEEN_STEPS.total_seconds():
            raise RefusedError("That took too long. Try again.")
        if not hmac.compare_digest(told.get("state", "").encode(), kept["state"].encode()):
            raise RefusedError(FAILED)
        configuration = self._configuration()
        # RFC 9207: a code of another provider must not be taken to this one.
        if told.get("iss", self.provider.issuer) != self.provider.issuer or "code" not in told:
            raise RefusedError(FAILED)
        claims = self._claims(configuration, told["code"], kept)
        if kept["again"] and not claims.get("auth_time", 0) >= kept["at"] - LEEWAY:
            raise RefusedError("You were to log in anew there.")
        return self._identity(claims), kept["then"], kept["again"]

    def _configuration(self) -> Mapping[str, Any]:
        told = _get(f"{self.provider.issuer}/.well-known/openid-configuration")
        if told.get("issuer") != self.provider.issuer:
            raise RefusedError(FAILED)
        return told

    def _claims(
        self, configuration: Mapping[str, Any], code: str, kept: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        given = self.provider
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": kept["verifier"],
        }
        answer = _asked(
            "POST",
            _url(configuration, "token_endpoint"),
            data=form,
            auth=(given.client_id, given.client_secret),
        )
        keys = _get(_url(configuration, "jwks_uri"))
        try:
            token = jwt.decode(
                str(answer.get("id_token", "")),
                KeySet.import_key_set({"keys": keys.get("keys", [])}),
                algorithms=ALGORITHMS,
            )
            jwt.JWTClaimsRegistry(
                now=int(self.house.clock.now().timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": given.issuer},
                aud={"essential": True, "value": given.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": kept["nonce"]},
            ).validate(token.claims)
        except (JoseError, ValueError) as error:
            raise RefusedError(FAILED) from error
        if token.claims.get("azp", given.client_id) != given.client_id:
            raise RefusedError(FAILED)
        return self._with_email(configuration, token.claims, answer)

    def _with_email(
        self,
        configuration: Mapping[str, Any],
        claims: Mapping[str, Any],
        answer: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        """The claims, with those that the provider tells apart from the token (§5.3)."""
        if "email" in claims or "userinfo_endpoint" not in configuration:
            return claims
        headers = {"Authorization": f"Bearer {answer.get('access_token', '')}"}
        more = _asked("GET", _url(configuration, "userinfo_endpoint"), headers=headers)
        if more.get("sub") != claims["sub"]:
            raise RefusedError(FAILED)
        return {**more, **claims}

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise RefusedError("That account has no verified address.")
        if email.rpartition("@")[2].casefold() not in self.provider.domains:
            raise RefusedError("Addresses there may not log in here.")
        return Identity(f"{self.provider.issuer} {claims['sub']}", email)


def _url(configuration: Mapping[str, Any], name: str) -> str:
    found = str(configuration.get(name, ""))
    if urlsplit(found).scheme not in {"https", "http"}:
        raise RefusedError(FAILED)
    return found


def _get(url: str) -> Mapping[str, Any]:
    return _asked("GET", url)


def _asked(method: str, url: str, **given: Any) -> Mapping[str, Any]:
    try:
        with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
            answer = client.request(method, url, **given)
        told = answer.raise_for_status().json() if len(answer.content) <= LONGEST else None
    except (httpx2.HTTPError, ValueError) as error:
        raise RefusedError(FAILED) from error
    if not isinstance(told, dict):
        raise RefusedError(FAILED)
    return told

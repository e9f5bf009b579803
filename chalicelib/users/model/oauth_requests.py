"""What an app asks of a user: the authorisation request of RFC 6749 (4.1.1), read strictly.

What is wrong with the client or the address is never answered to that address; everything else is.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass
from chalicelib.users.model.clients import Client

RequestError = Literal[
    "invalid_request",
    "unauthorized_client",
    "unsupported_response_type",
    "invalid_scope",
    "interaction_required",
    "access_denied",
]
"""Codes of RFC 6749 (4.1.2.1) and of OpenID Connect Core 1.0 (3.1.2.6)."""
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_MOMENT: Final = timedelta(minutes=1)
"""`prompt=login` asks for a proof given just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An authorisation request as it came; an empty text is a parameter that was not there."""

    response_type: str
    client_id: str
    redirect_uri: str
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    nonce: str = ""
    prompt: str = ""
    response_mode: str = ""
    max_age: int | None = None

    @property
    def scopes(self) -> frozenset[str]:
        """Give the scopes that are asked for."""
        return frozenset(self.scope.split())


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why the app gets no authorisation, in its own terms."""

    error: RequestError
    description: str


def judge(client: Client, asked: Asked) -> Wrong | None:
    """Say what is wrong with a request whose client and address are known to be right, or None."""
    if "authorization_code" not in client.grants:
        return Wrong("unauthorized_client", "the client is not registered for authorization_code")
    if asked.response_type != "code":
        return Wrong("unsupported_response_type", "only response_type=code is supported")
    if asked.response_mode not in {"", "query"}:
        return Wrong("invalid_request", "only response_mode=query is supported")
    if asked.code_challenge_method != "S256" or not _CHALLENGE.fullmatch(asked.code_challenge):
        return Wrong("invalid_request", "PKCE with code_challenge_method=S256 is required")
    if not asked.scopes or not asked.scopes <= client.scopes:
        return Wrong("invalid_scope", "a scope is missing, or the client is not registered for it")
    if asked.scopes & {"profile", "email"} and "openid" not in asked.scopes:
        return Wrong("invalid_scope", "profile and email come with openid")
    return _judge_prompt(asked)


def _judge_prompt(asked: Asked) -> Wrong | None:
    prompts = set(asked.prompt.split())
    if not prompts <= {"none", "login", "consent", "select_account"}:
        return Wrong("invalid_request", "unknown prompt")
    if "none" in prompts:
        # nothing is ever allowed without the user: another app may sit behind a public client's id
        return Wrong("interaction_required", "the user is asked each time")
    return None


def is_fresh(asked: Asked, *, proved_at: datetime, now: datetime) -> bool:
    """Tell whether the user showed who they are as recently as the app asks for (`max_age`, `prompt=login`)."""
    return now - proved_at <= oldest_proof(asked)


def oldest_proof(asked: Asked) -> timedelta:
    """Give how old the user's last proof may be."""
    if "login" in asked.prompt.split():
        return _MOMENT
    if asked.max_age is None:
        return timedelta.max
    return max(timedelta(seconds=asked.max_age), _MOMENT)

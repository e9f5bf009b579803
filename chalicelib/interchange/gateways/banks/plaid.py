"""Plaid: connections made in its own dialogue, rows by `/transactions/sync` (API version 2020-09-14).

Amounts are positive for money that leaves, so their sign is turned here. https://plaid.com/docs/api/
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.interchange.gateways.banks import plaid_reading as reading
from chalicelib.interchange.gateways.banks import plaid_webhooks as webhooks
from chalicelib.interchange.gateways.banks.asking import (
    AGENT,
    BOUNDS,
    QUICK,
    put,
    read_object,
    trouble_of,
)
from chalicelib.interchange.model.bank_feeds import (
    Access,
    BankEvent,
    BankTrouble,
    Link,
    Seen,
    SyncPage,
)
from chalicelib.kernel.settings import Settings
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.web import Bounds, Question

VERSION: Final = "2020-09-14"
HISTORY: Final = 730
"""Days of history that are asked for: the most that there is."""
PAGE: Final = 500
"""Rows of a page: the most that there is."""
_URLS: Final = {
    "sandbox": "https://sandbox.plaid.com",
    "production": "https://production.plaid.com",
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_MOST_TOKEN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plaid:
    """Plaid under our credentials. `webhook_url` is empty where no message could reach us."""

    client_id: str
    secret: str = field(repr=False)
    url: str
    countries: tuple[str, ...] = ("US",)
    redirect_uri: str = ""
    webhook_url: str = ""
    has_dialogue: bool = True
    tells_consent: bool = True

    @classmethod
    def of(cls, here: Settings) -> Plaid:
        """Read the settings; raise ValueError for an environment that is none."""
        public = here.public_url.rstrip("/")
        return cls(
            client_id=here.plaid_client_id,
            secret=here.plaid_secret,
            url=_url(here.plaid_env),
            countries=tuple(here.plaid_countries.replace(" ", "").split(",")),
            redirect_uri=here.plaid_redirect_uri,
            webhook_url=f"{public}/v1/interchange/webhooks/plaid"
            if public.startswith("https://")
            else "",
        )

    def begin_link(self, user: str, access: Access | None) -> Link | BankTrouble:
        """Ask for a link token; with an access its consent is renewed (Plaid's update mode)."""
        body: dict[str, Any] = {
            "client_name": "xPense",
            "language": "en",
            "country_codes": list(self.countries),
            "user": {"client_user_id": user},
        }
        if access is not None:
            body["access_token"] = access.secret
        else:
            body |= {"products": ["transactions"], "transactions": {"days_requested": HISTORY}}
        if self.webhook_url:
            body["webhook"] = self.webhook_url
        if self.redirect_uri:
            body["redirect_uri"] = self.redirect_uri
        found = self._ask("/link/token/create", body, bounds=QUICK)
        return found if isinstance(found, BankTrouble) else reading.link_of(found)

    def check_token(self, token: str) -> str | None:
        """A public token says itself what it is."""
        if token.startswith("public-") and len(token) <= _MOST_TOKEN and token.isascii():
            return None
        return "a public token of Plaid Link begins with public-"

    def finish_link(self, token: str) -> Access | BankTrouble:
        """Exchange a public token, once: a second time it is refused."""
        found = self._ask("/item/public_token/exchange", {"public_token": token}, again=False)
        return found if isinstance(found, BankTrouble) else reading.access_of(found)

    def accounts(self, access: Access) -> Seen | BankTrouble:
        """Read accounts, balances as the bank last told them, and consent."""
        found = self._ask("/accounts/get", {"access_token": access.secret})
        return found if isinstance(found, BankTrouble) else reading.seen_of(found)

    def sync(self, access: Access, cursor: str, now: datetime) -> SyncPage | BankTrouble:  # noqa: ARG002 - the port's signature; Plaid keeps the time itself
        """Read a page of what changed."""
        body: dict[str, Any] = {"access_token": access.secret, "count": PAGE}
        if cursor:
            body["cursor"] = cursor
        found = self._ask("/transactions/sync", body)
        return found if isinstance(found, BankTrouble) else reading.page_of(found)

    def revoke(self, access: Access) -> BankTrouble | None:
        """Remove the item, with which its access token ends."""
        found = self._ask("/item/remove", {"access_token": access.secret}, bounds=QUICK)
        if isinstance(found, BankTrouble) and found.reason != "gone":
            return found
        return None

    def verify_webhook(
        self, headers: Mapping[str, str], raw: bytes, now: datetime
    ) -> Sequence[BankEvent] | BankTrouble:
        """Check the signed token that comes with a message, and read the message."""
        mark = webhooks.verify(headers.get("plaid-verification", ""), raw, now, self._key)
        return mark if isinstance(mark, BankTrouble) else reading.events_of(raw, mark)

    def _key(self, key_id: str) -> dict[str, Any] | BankTrouble:
        found = self._ask("/webhook_verification_key/get", {"key_id": key_id}, bounds=QUICK)
        if isinstance(found, BankTrouble):
            return found
        key = found.get("key")
        return key if isinstance(key, dict) else BankTrouble("unreadable")

    def _ask(
        self, path: str, body: Mapping[str, Any], *, bounds: Bounds = BOUNDS, again: bool = True
    ) -> dict[str, Any] | BankTrouble:
        question = Question(
            method="POST",
            url=self.url + path,
            headers={
                **AGENT,
                "Content-Type": "application/json",
                "PLAID-CLIENT-ID": self.client_id,
                "PLAID-SECRET": self.secret,
                "Plaid-Version": VERSION,
            },
            body=json.dumps(body).encode(),
        )
        answer = put(question, bounds, again=again)
        if isinstance(answer, BankTrouble):
            return answer
        found = read_object(answer.body)
        if answer.status == 200:
            return found if found is not None else BankTrouble("unreadable")
        known = reading.trouble_of(found) if found is not None else None
        return known or trouble_of(answer)


def _url(env: str) -> str:
    known = _URLS.get(env)
    if known is not None:
        return known
    if urlsplit(env).hostname not in _LOOPBACK:
        raise ValueError("XPENSE_PLAID_ENV is sandbox, production, or an address of this machine")
    return env.rstrip("/")

"""A stand-in for a SimpleFIN bridge that keeps state, after https://www.simplefin.org/protocol.html."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.support.loopback import Call, Sent, Stand, standing

USER: Final = "demo"
PASSWORD: Final = "pa55-that-nobody-may-see"
Row = dict[str, Any]


def seconds(day: date) -> int:
    """Noon of a day, in Unix seconds."""
    return int(datetime.combine(day, time(12), UTC).timestamp())


@dataclass(slots=True)
class FakeBridge(Stand):
    """A bridge: `rows` by account and id as they are now."""

    unclaimed: set[str] = field(default_factory=lambda: {"one"})
    accounts: dict[str, str] = field(default_factory=lambda: {"chk": "USD"})
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    balances: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_revoked: bool = False
    most_days: int = 60

    @property
    def setup_token(self) -> str:
        return base64.b64encode(f"{self.url}/simplefin/claim/one".encode()).decode()

    def put(
        self,
        identity: str,
        account: str,
        amount: str,
        day: date,
        *,
        pending: bool = False,
        **more: Any,
    ) -> None:
        """Add a row or change it."""
        row = {
            "id": identity,
            "posted": 0 if pending else seconds(day),
            "transacted_at": seconds(day),
            "amount": amount,
            "description": "SHOP",
            **({"pending": True} if pending else {}),
            **more,
        }
        self.rows.setdefault(account, {})[identity] = row

    def answer(self, call: Call) -> Sent:
        parts = urlsplit(call.target)
        if call.method == "POST" and parts.path.startswith("/simplefin/claim/"):
            return self._claim(parts.path.rpartition("/")[2])
        assert parts.path == "/simplefin/accounts"
        assert call.method == "GET"
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.is_revoked or call.headers.get("authorization") != f"Basic {basic}":
            return Sent(status=403, body=b"Forbidden", content_type="text/plain")
        return self._accounts(parse_qs(parts.query))

    def _claim(self, name: str) -> Sent:
        if name not in self.unclaimed:
            return Sent(status=403, body=b"Forbidden", content_type="text/plain")
        self.unclaimed.discard(name)
        host = self.url.removeprefix("http://")
        url = f"http://{USER}:{PASSWORD}@{host}/simplefin"
        return Sent(body=url.encode(), content_type="text/plain")

    def _accounts(self, query: dict[str, list[str]]) -> Sent:
        only_balances = query.get("balances-only") == ["1"]
        start, end = int(query.get("start-date", ["0"])[0]), int(query.get("end-date", ["0"])[0])
        assert only_balances or 0 < end - start <= self.most_days * 86_400
        found = []
        for ref, currency in self.accounts.items():
            rows = [
                row
                for row in self.rows.get(ref, {}).values()
                if row.get("pending") or start <= row["posted"] < end
            ]
            found.append(
                {
                    "org": {"domain": "mybank.com", "name": "My Bank", "sfin-url": self.url},
                    "id": ref,
                    "name": f"Account {ref}",
                    "currency": currency,
                    "balance": self.balances.get(ref, "100.23"),
                    "balance-date": 1_700_000_000,
                    **({} if only_balances else {"transactions": rows}),
                }
            )
        return Sent(body=json.dumps({"errors": self.errors, "accounts": found}).encode())


@contextmanager
def bridge() -> Iterator[FakeBridge]:
    """Stand in for a bridge until the end of the block."""
    fake = FakeBridge()
    with standing(fake, fake.answer):
        yield fake

"""Audit and receipts on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from chalicelib.kernel.ledger import LedgerEntryOut
from chalicelib.kernel.wire import PageQuery, Wire
from chalicelib.security.model.audit import ACTIONS
from chalicelib.security.schemas.published import JwkOut

_ID = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _an_action(text: str) -> str:
    if text not in ACTIONS:
        msg = "there is no such action"
        raise ValueError(msg)
    return text


class ReceiptKeysOut(Wire):
    """The public keys of receipts and anchors of all times (RFC 7517): old receipts stay verifiable."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "keys": [
                        {
                            "kty": "EC",
                            "crv": "P-256",
                            "alg": "ES256",
                            "use": "sig",
                            "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
                            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                        }
                    ]
                }
            ]
        }
    )

    keys: list[JwkOut]


class AuditQuery(PageQuery):
    """Which actions: by name, and by the time at which they happened (`from` counts, `until` does not)."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"action": "sign-in", "from": "2026-11-01T00:00:00Z", "limit": 50}]
        },
    )

    action: Annotated[str, AfterValidator(_an_action), Field(examples=["sign-in"])] | None = None
    since: Annotated[
        AwareDatetime | None, Field(alias="from", examples=["2026-11-01T00:00:00Z"])
    ] = None
    until: Annotated[AwareDatetime | None, Field(alias="to", examples=["2026-12-01T00:00:00Z"])] = (
        None
    )


class ActionOut(Wire):
    """A security action; `seq` is its entry in the change log, for its proof."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "seq": 7,
                    "action": "member-role-changed",
                    "at": "2026-11-22T12:00:00.000Z",
                    "recorded_at": "2026-11-22T12:00:01.000Z",
                    "actor": f"user:{_ID}",
                    "session_id": _ID,
                    "subject": _ID,
                    "before": {"role": "viewer"},
                    "after": {"role": "editor"},
                }
            ]
        }
    )

    id: str
    seq: int
    action: str
    at: str
    recorded_at: str
    actor: str
    session_id: str | None
    subject: str | None
    before: dict[str, str] | None
    after: dict[str, str] | None


class ProofQuery(Wire):
    """The proof of which entry; without `seq`, the latest anchor of a service's log."""

    seq: Annotated[int, Field(ge=1, le=10**12 - 1)] | None = None
    service: Annotated[
        str, StringConstraints(pattern="^[a-z]{1,20}$"), Field(examples=["security"])
    ] = "security"


class AnchorOut(Wire):
    """A signed anchor: a compact JWS of `typ` anchor+jwt, verified by `/v1/security/receipt-keys`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"number": 12, "statement": "eyJhbGciOi.eyJudW1i.c2lnbmF0"}]
        }
    )

    number: int
    statement: str


class AnchorsOut(Wire):
    """Anchors in their order; each statement names the SHA-256 of the one before it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"anchors": [{"number": 12, "statement": "eyJhbGciOi.eyJudW1i.c2lnbmF0"}]}]
        }
    )

    anchors: list[AnchorOut]


class AnchorsQuery(Wire):
    """From which anchor on."""

    after: Annotated[int, Field(ge=0, le=10**12 - 2)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class HeadOut(Wire):
    """A head of the log in the tree of its batch: entry `seq` had this hash."""

    seq: int
    hash: str
    day: str
    batch: str
    index: int
    size: int
    path: list[str]
    root: str | None


class RootOut(Wire):
    """The batch's root in the tree of its anchor."""

    index: int
    size: int
    path: list[str]
    anchor: AnchorOut


class ProofOut(Wire):
    """From an entry to a signed anchor. RFC 9162 trees; `docs/domains/security.md` gives the leaves.

    `entries` are those of the security log from the asked one up to the head, at most 100; for the log of
    another service ask its own `/ledger`. `head` is null before the first anchor (up to a day), `root` until
    the head's batch is signed (up to an hour).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "security",
                    "owner": f"U#{_ID}",
                    "entries": [],
                    "head": {
                        "seq": 7,
                        "hash": _HASH,
                        "day": "2026-11-22",
                        "batch": _ID,
                        "index": 0,
                        "size": 1,
                        "path": [],
                        "root": _HASH,
                    },
                    "root": {
                        "index": 0,
                        "size": 1,
                        "path": [],
                        "anchor": {"number": 12, "statement": "eyJhbGciOi.eyJudW1i.c2lnbmF0"},
                    },
                }
            ]
        }
    )

    service: str
    owner: str
    entries: list[LedgerEntryOut]
    head: HeadOut | None
    root: RootOut | None


def in_window(at: datetime, query: AuditQuery) -> bool:
    """Tell whether an instant lies in the asked time."""
    after = query.since is None or at >= query.since
    return after and (query.until is None or at < query.until)

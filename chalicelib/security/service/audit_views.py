"""What may be read of the audit: apart from the writing of it, which loads no wire shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from chalicelib.kernel import ledger
from chalicelib.kernel.changes import ChangeRow, unpack
from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Forbidden
from chalicelib.kernel.ledger import LedgerQuery
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.roles import covers
from chalicelib.kernel.wire import PageOut
from chalicelib.security.repository import anchors as stored
from chalicelib.security.repository import receipt_keys as stored_keys
from chalicelib.security.repository.anchors import OwnerAnchorRow
from chalicelib.security.repository.audit import newest_entries
from chalicelib.security.repository.table import TABLE
from chalicelib.security.schemas.audit import (
    ActionOut,
    AnchorOut,
    AnchorsOut,
    AnchorsQuery,
    AuditQuery,
    HeadOut,
    ProofOut,
    ProofQuery,
    ReceiptKeysOut,
    RootOut,
    in_window,
)
from chalicelib.security.schemas.published import JwkOut
from chalicelib.security.service.audit import KIND

_LOOKED_AT: Final = 400
"""Entries read for one page: a filter that finds little gives a short page with a cursor."""
_PIECE: Final = 100
_SKEW: Final = timedelta(hours=1)
"""An action is older than its entry, but for this much between two clocks."""
_ENTRIES: Final = 100


def receipt_keys() -> ReceiptKeysOut:
    """Give the public halves of the receipt keys of all times."""
    return ReceiptKeysOut(
        keys=[
            JwkOut(kty="EC", crv="P-256", alg="ES256", use="sig", kid=row.kid, x=row.x, y=row.y)
            for row in stored_keys.receipt_keys()
        ]
    )


def anchors(query: AnchorsQuery) -> AnchorsOut:
    """Give signed anchors: who keeps the latest can tell when the chain is rewritten."""
    found = stored.anchors(query.after, limit=query.limit)
    return AnchorsOut(anchors=[AnchorOut(number=number, statement=text) for number, text in found])


def actions(ctx: Context, query: AuditQuery) -> PageOut[ActionOut]:
    """List the owner's security actions, newest first; of a household only its owners may.

    A page can hold fewer than asked for, and none, before the end: 400 entries are looked at a call.
    """
    _only_owners(ctx)
    question = f"audit\x1f{query.action}\x1f{query.since}\x1f{query.until}"
    start = decode_cursor(query.cursor, owner=str(ctx.owner), question=question)
    found: list[ActionOut] = []
    for _ in range(_LOOKED_AT // _PIECE):
        rows, resume = newest_entries(ctx.owner, limit=_PIECE, start=start)
        for row in rows:
            if query.since is not None and parse_rfc3339(row.at) + _SKEW < query.since:
                return PageOut(items=found, next_cursor=None)
            found += [one for one in _actions(ctx, row) if _wanted(one, query)]
            start = {"pk": row.pk, "sk": row.sk}
            if len(found) >= query.limit:
                break
        if len(found) >= query.limit or resume is None:
            start = start if resume is not None or _left(rows, start) else None
            break
    cursor = encode_cursor(start, owner=str(ctx.owner), question=question)
    return PageOut(items=found, next_cursor=cursor)


def _left(rows: list[ChangeRow], start: Mapping[str, str] | None) -> bool:
    """Tell whether rows of the last piece were not looked at."""
    return bool(rows) and start is not None and rows[-1].sk != start["sk"]


def _wanted(one: ActionOut, query: AuditQuery) -> bool:
    named = query.action is None or one.action == query.action
    return named and in_window(parse_rfc3339(one.at), query)


def _actions(ctx: Context, row: ChangeRow) -> Iterator[ActionOut]:
    told: list[dict[str, Any]] = unpack(row.entries)
    if not any(change["k"] == KIND for change in told):
        return
    sealed = ctx.vault.open_bytes(row.sealed, TABLE.service, row.sk, "sealed")
    for change, private in zip(told, unpack(sealed), strict=True):
        if change["k"] == KIND:
            fields = change["f"]
            yield ActionOut(
                id=change["i"],
                seq=row.seq,
                action=fields["action"],
                at=fields["at"],
                recorded_at=row.at,
                actor=fields["actor"],
                session_id=fields.get("session_id"),
                subject=fields.get("subject"),
                before=private["b"],
                after=private["a"],
            )


def proof(ctx: Context, query: ProofQuery) -> ProofOut:
    """Give the way from an entry of a log of the owner's to a signed anchor; of a household to its owners."""
    _only_owners(ctx)
    if query.seq is None:
        row = stored.last_head(ctx.owner, query.service)
    else:
        row = stored.first_head_from(ctx.owner, query.service, query.seq)
    head, root = (None, None) if row is None else _anchored(row)
    entries = []
    if query.seq is not None and query.service == TABLE.service:
        most = _ENTRIES if head is None else min(_ENTRIES, head.seq - query.seq + 1)
        part = ledger.read(TABLE, ctx.owner, LedgerQuery(seq=query.seq, limit=most))
        entries = part.entries
    return ProofOut(
        service=query.service, owner=str(ctx.owner), entries=entries, head=head, root=root
    )


def _anchored(row: OwnerAnchorRow) -> tuple[HeadOut, RootOut | None]:
    batch = stored.anchored_root(row.batch)
    head = HeadOut(
        seq=row.seq,
        hash=row.head.hex(),
        day=row.day,
        batch=row.batch,
        index=row.index,
        size=row.size,
        path=stored.parted(row.path),
        root=None if batch is None else batch.root.hex(),
    )
    if batch is None:
        return head, None
    anchor = AnchorOut(number=batch.number, statement=stored.anchor(batch.number))
    path = stored.parted(batch.path)
    return head, RootOut(index=batch.index, size=batch.roots, path=path, anchor=anchor)


def _only_owners(ctx: Context) -> None:
    if not covers(ctx.role, "owner"):
        raise Forbidden("only owners of the household read its audit")

"""One `<Ntry>` to rows: its direction, its day, whose money it was, and which of its details are rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import Flaw, read_plain
from chalicelib.interchange.model.formats.bookings import PENDING, Booking, bank_id
from chalicelib.interchange.model.formats.dates import make_date
from chalicelib.interchange.model.formats.types import Hints, Notes, Row

Fields = dict[str, str]
_NO_DIRECTION: Final = Flaw("no-direction", "The entry does not say whether it is credit or debit.")
_DETAIL_AMOUNTS: Final = ("/Amt", "/AmtDtls/TxAmt/Amt")
_ENTRY_REFERENCES: Final = ("/AcctSvcrRef", "/NtryRef")
_DETAIL_REFERENCES: Final = (
    "/Refs/AcctSvcrRef",
    "/Refs/TxId",
    "/Refs/EndToEndId",
    "/Refs/InstrId",
)
_KINDS: Final = ("/BkTxCd/Domn/Fmly/SubFmlyCd", "/BkTxCd/Prtry/Cd")
_ISO_DAY: Final = 10


class Entry(NamedTuple):
    """The leaves of one `<Ntry>`, of its `<TxDtls>`, and of the statement that it is in."""

    line: int
    fields: Fields
    details: list[Fields]
    statement: Fields


def read_entry(read: Entry, hints: Hints, notes: Notes) -> list[Row]:
    """Give the rows of an entry: its details, if their amounts are given and sum to it, or else itself."""
    line, entry, details, account = read
    amount = _signed(entry, "/Amt", entry.get("/CdtDbtInd", ""))
    currency = entry.get("/Amt@Ccy") or account.get("/Acct/Ccy") or hints.currency
    whole = Booking(
        line=line,
        day=day_of(entry, "/BookgDt") or day_of(entry, "/ValDt"),
        written_day=_written(entry, "/BookgDt") or _written(entry, "/ValDt"),
        amount=amount,
        currency=currency,
        payee="",
        memo="",
        provider_id=None,
        kind=_kind(entry),
    )
    parts = _parts(entry, details, amount)
    if not parts:
        if len(details) > 1:
            said = f"{len(details)} details of one entry have no amounts that sum to it."
            notes.add("details-left-out", said, line=line)
        only = details[0] if len(details) == 1 else {}
        return [_named(whole, entry, only, account, _reference(entry, only)).row(hints)]
    rows = []
    for at, (part, detail) in enumerate(parts):
        reference = _reference_of(entry, detail, at)
        booking = _named(whole._replace(amount=part), entry, detail, account, reference)
        rows.append(booking.row(hints))
    return rows


def _parts(
    entry: Fields, details: list[Fields], amount: Decimal | Flaw
) -> list[tuple[Decimal, Fields]]:
    """Give each detail with its signed amount, or nothing where they are not the whole entry."""
    if len(details) < 2 or isinstance(amount, Flaw):
        return []
    parts = []
    for detail in details:
        path = next((path for path in _DETAIL_AMOUNTS if path in detail), "")
        value = _signed(detail, path, detail.get("/CdtDbtInd") or entry.get("/CdtDbtInd", ""))
        if isinstance(value, Flaw) or detail.get(f"{path}@Ccy") != entry.get("/Amt@Ccy"):
            return []
        parts.append((value, detail))
    return parts if sum(value for value, _ in parts) == amount else []


def _signed(fields: Fields, path: str, direction: str) -> Decimal | Flaw:
    """Read an amount with the direction of the entry itself: a reversal's is already the reversed one."""
    amount = read_plain(fields.get(path, ""))
    if isinstance(amount, Flaw):
        return amount
    if direction not in {"CRDT", "DBIT"}:
        return _NO_DIRECTION
    return -amount if direction == "DBIT" else amount


def _named(
    booking: Booking, entry: Fields, detail: Fields, account: Fields, reference: str
) -> Booking:
    """Add the other party, the purpose and the id."""
    sent = isinstance(booking.amount, Decimal) and booking.amount < 0
    if entry.get("/RvslInd") in {"true", "1"}:
        sent = not sent  # the parties are those of the payment that is taken back
    order = ("Cdtr", "Dbtr") if sent else ("Dbtr", "Cdtr")
    owner = account.get("/Acct/Ownr/Nm")
    payee = _party(detail, order[0]) or _party(detail, order[1])
    payee = "" if payee == owner else payee
    memo = (
        detail.get("/RmtInf/Ustrd")
        or detail.get("/RmtInf/Strd/AddtlRmtInf")
        or detail.get("/RmtInf/Strd/CdtrRefInf/Ref")
        or detail.get("/AddtlTxInf")
        or entry.get("/AddtlNtryInf")
        or ""
    )
    value_day = day_of(entry, "/ValDt") or booking.day
    return booking._replace(payee=payee, memo=memo, provider_id=bank_id(reference, value_day))


def _party(detail: Fields, role: str) -> str:
    """Give whom it concerns in the end, or else the party; its name moved one level down in version 8."""
    for path in (f"/RltdPties/Ultmt{role}", f"/RltdPties/{role}"):
        name = detail.get(f"{path}/Nm") or detail.get(f"{path}/Pty/Nm")
        if name:
            return name
    return ""


def _reference(entry: Fields, detail: Fields) -> str:
    """Give the bank's reference of an entry, or what its only detail carries."""
    found = (entry.get(path, "") for path in _ENTRY_REFERENCES)
    carried = (detail.get(path, "") for path in _DETAIL_REFERENCES)
    return next((text for text in (*found, *carried) if bank_id(text, None)), "")


def _reference_of(entry: Fields, detail: Fields, at: int) -> str:
    """Give the reference of one of several details, or that of the entry with its place."""
    carried = (detail.get(path, "") for path in _DETAIL_REFERENCES)
    own = next((text for text in carried if bank_id(text, None)), "")
    of_entry = _reference(entry, {})
    return own or (f"{of_entry}/{at + 1}" if of_entry else "")


def _kind(entry: Fields) -> str:
    status = entry.get("/Sts") or entry.get("/Sts/Cd") or "BOOK"
    if status != "BOOK":
        return PENDING
    return next((entry[path] for path in _KINDS if path in entry), "")[:20]


def _written(fields: Fields, path: str) -> str:
    return fields.get(f"{path}/Dt") or fields.get(f"{path}/DtTm") or ""


def day_of(fields: Fields, path: str, prefix: str = "") -> date | None:
    """Read a day, with or without time; it is the day at the bank, whatever the zone."""
    text = fields.get(f"{path}/{prefix}Dt") or fields.get(f"{path}/{prefix}DtTm") or ""
    year, month, day = text[:4], text[5:7], text[8:_ISO_DAY]
    if not (year + month + day).isdecimal() or len(text) < _ISO_DAY:
        return None
    return make_date(int(year), int(month), int(day))

"""Statement formats: bytes in, values out. Errors are values, and the whole file is reported at once.

`parse` is the only entry. It never raises anything but `Unreadable`, whatever the bytes are, and
its time grows with their number and nothing else.

Codes, stable for clients. Refusals: empty-file too-large binary wrong-encoding unsupported-format
not-a-statement no-statement provider-error no-date-column no-amount-column amount-column-unclear
bad-columns whose-share bad-delimiter line-too-long field-too-long too-many-rows too-many-columns
too-many-statements too-complex. Problems of rows: no-date bad-date no-amount bad-amount
amount-too-large too-many-decimals unknown-currency unclear-currency no-direction both-directions
not-booked no-share unclear-share too-many-cells broken-quotes merged-rows truncated-row bad-line. Notes: damaged-text
encoding-guessed truncated-file provider-error shifted-columns ambiguous-dates ambiguous-decimals
mixed-signs sign-from-balance only-positive-amounts mostly-positive-amounts direction-unknown
debits-without-sign balance-mismatch bad-balance no-currency no-rows repeated-ids long-text-cut
securities-left-out pending-left-out summary-line repeated-header ignored-line more-notes
adjusted-date balance-gap date-of-statement details-left-out planned-left-out
splits-left-out control-mismatch splits-incomplete conversion-joined settlement-left-out not-your-share.
Of workbooks and zips besides: damaged-workbook encrypted; sheet-left-out file-left-out
same-content mixed-dates. Of QuickBooks: not-of-a-bank. Of journals: unbalanced flagged assumed-currency
unknown-account-type balance-assignment include-not-followed plugin-not-run alias-not-applied scheduled-left-out.
Of profiles: profile-unfit unlike-profile.
"""

from __future__ import annotations

from chalicelib.interchange.model.formats.detection import detect, holds_tables, parse
from chalicelib.interchange.model.formats.types import (
    AccountHint,
    ColumnMap,
    Hints,
    ParsedFile,
    ParsedStatement,
    Problem,
    Row,
    Unreadable,
)

__all__ = [
    "AccountHint",
    "ColumnMap",
    "Hints",
    "ParsedFile",
    "ParsedStatement",
    "Problem",
    "Row",
    "Unreadable",
    "detect",
    "holds_tables",
    "parse",
]

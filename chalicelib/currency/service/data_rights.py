"""What currency has of an owner, for export and erasure: own rates, and the log of their changes."""

from __future__ import annotations

from typing import Final

from chalicelib.currency.repository import TABLE
from chalicelib.currency.repository.own import PREFIX, MonthRow
from chalicelib.kernel import parts

PART: Final = parts.Part(
    service="currency",
    spec=TABLE,
    kinds=(
        *parts.CHANGE_LOG,
        *parts.MARKS,
        parts.Kind(
            name="own_rates",
            prefix=PREFIX,
            about="Exchange rates that you set yourself, by month: base, quote, day, rate.",
            row=MonthRow,
            opened={"rates": "deflated"},
        ),
    ),
)

"""Insights that a person dismissed: `INS#<id>` with the bucket that they saw, and a `ttl`.

No more than that is kept: cards are made from what there is whenever they are asked for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.analytics.repository.table import LAYOUT, TABLE
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Row, Table, WholeNumber

INSIGHT: Final = "INS#"
_LAST: Final = "INS$"
KEPT: Final = timedelta(days=400)
"""Longer than any card can come from: the history is looked at for 13 months."""
_MOST: Final = 1_000
"""Dismissed ones that are heeded, and more than anybody dismisses in the time that they are kept."""


class DismissedInsightRow(Row):
    """An insight that was dismissed as it stood."""

    layout = WholeNumber()
    bucket = UnicodeAttribute()
    dismissed_at = UnicodeAttribute()
    ttl = WholeNumber()


def find_dismissed(owner: Owner) -> dict[str, str]:
    """Give the bucket that was dismissed by the id of the insight."""
    items = Table(TABLE).query_all(str(owner), INSIGHT, _LAST, most=_MOST)
    return {item["sk"]["S"].removeprefix(INSIGHT): item["bucket"]["S"] for item in items}


def dismiss(ctx: Context, insight_id: str, bucket: str) -> None:
    """Remember in the unit of work that an insight was dismissed as it stood."""
    ctx.commit.put(
        DismissedInsightRow(
            str(ctx.owner),
            INSIGHT + insight_id,
            layout=LAYOUT,
            bucket=bucket,
            dismissed_at=rfc3339(ctx.now),
            ttl=int((ctx.now + KEPT).timestamp()),
        ),
        expect=None,
    )

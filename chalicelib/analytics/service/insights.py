"""Cards about what deserves a look, made from what there is when they are asked for, but for those that were dismissed."""

from __future__ import annotations

from chalicelib.analytics.errors import InsightNotFound
from chalicelib.analytics.model.insights import Card, cards, left
from chalicelib.analytics.repository import insights as repository
from chalicelib.analytics.schemas.anomalies import AnomaliesQuery
from chalicelib.analytics.service.forecast import paths
from chalicelib.analytics.service.looking import audited, outlook, standing_out
from chalicelib.analytics.service.reading import labels_of
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context


def list_insights(ctx: Context) -> tuple[Card, ...]:
    """Give the cards that were not dismissed as they stand; of a household what the caller may see."""
    return left(_cards(ctx), repository.find_dismissed(ctx.owner))


def dismiss(ctx: Context, insight_id: str) -> None:
    """Let a card not be shown as it stands; again is no error. Raises `InsightNotFound`."""
    found = next((one for one in _cards(ctx) if one.id == insight_id), None)
    if found is None:
        raise InsightNotFound
    repository.dismiss(ctx, insight_id, found.bucket)


def _cards(ctx: Context) -> tuple[Card, ...]:
    labels = labels_of(ctx)
    seen = outlook(ctx)
    found = standing_out(ctx, seen, Period.of(ctx.now.date()), labels, AnomaliesQuery())
    names = {identity: label.name for identity, label in labels.items()}
    names |= {one.id: seen.payee_of(one.evidence[0]) for one in found if one.kind == "payment"}
    return cards(found, audited(seen, labels), paths(ctx, seen.repeating, None), names)

"""The exports of other money apps: what their columns mean, and which rows belong together.

Layouts are facts taken from the apps' own documentation and source and from other importers; `docs/formats.md`
names the source of each.
"""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.model.formats.tabular.apps import (
    actual,
    budgets,
    firefly,
    neobanks,
    paypal,
    splitwise,
    trackers,
    wise,
)
from chalicelib.interchange.model.formats.tabular.profiles import Profile

APPS: Final[tuple[Profile, ...]] = (
    *budgets.PROFILES,
    *actual.PROFILES,
    *firefly.PROFILES,
    *splitwise.PROFILES,
    *paypal.PROFILES,
    *wise.PROFILES,
    *neobanks.PROFILES,
    *trackers.PROFILES,
)

"""The security tables: counters, signing keys, factors and audit in one, owners' wrapped data keys in another.

The first is a ledger: the change log of each owner in it is the security audit.
The keys lie apart so that they have a short recovery window of their own: a backup of anything else holds
no key.
"""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.tables import TableSpec

TABLE: Final = TableSpec("security", ledger=True)
KEYS: Final = TableSpec("security-keys", ledger=False)
TABLES: Final = (TABLE, KEYS)

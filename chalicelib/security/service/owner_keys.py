"""Owners' data keys: made once, wrapped by the key provider, held open for minutes."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.context import Owner
from chalicelib.kernel.keys import KEY_BYTES, provider
from chalicelib.kernel.vault import Vault
from chalicelib.security import repository
from chalicelib.security.errors import KeyMadeMeanwhile
from chalicelib.security.model.recent import Recent

PROVISIONAL: Final = timedelta(days=2)
"""Life of a key that nobody kept; longer than an unverified sign-up lives, so data never outlives its key."""
_VAULTS: Final = Recent[Owner, Vault](most=1_000, seconds=300)


def create_key(owner: Owner, *, now: datetime, provisional: bool = False) -> Vault:
    """Make the owner's data key, unless there is one, and give the owner's vault.

    A provisional key vanishes after two days unless `keep_key` is called: so a sign-up that never ends
    leaves nothing behind.
    """
    data_key = secrets.token_bytes(KEY_BYTES)
    wrapped = provider().wrap(data_key, str(owner))
    ttl = int((now + PROVISIONAL).timestamp()) if provisional else None
    try:
        repository.add_owner_key(owner, wrapped, now=now, ttl=ttl)
    except KeyMadeMeanwhile:
        return vault(owner)
    made = Vault(str(owner), data_key)
    _VAULTS.put(owner, made, time.monotonic())
    return made


def keep_key(owner: Owner, *, now: datetime) -> None:
    """Make a provisional key permanent; raise `OwnerKeyAbsent`. Again is no error."""
    repository.keep_owner_key(owner, now=now)


def vault(owner: Owner) -> Vault:
    """Give the owner's vault; raise `OwnerKeyAbsent`. At most 1,000 are held, each for at most 5 minutes."""
    at = time.monotonic()
    held = _VAULTS.get(owner, at)
    if held is None:
        row = repository.owner_key(owner)
        opened = provider().unwrap(row.wrapped, str(owner))
        held = Vault(str(owner), opened, generation=row.generation)
        _VAULTS.put(owner, held, at)
    return held


def forget() -> None:
    """Forget all open keys."""
    _VAULTS.clear()

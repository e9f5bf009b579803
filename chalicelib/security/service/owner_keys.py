"""Owners' data keys: made once, wrapped by the key provider, held open for minutes."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from chalicelib.kernel.clock import now as clock_now
from chalicelib.kernel.keys import KEY_BYTES, provider
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.vault import Keys, Vault, lookup_key
from chalicelib.security import repository
from chalicelib.security.errors import KeyMadeMeanwhile
from chalicelib.security.model.recent import Recent
from chalicelib.security.repository.owner_keys import OwnerKeyRow, replace_owner_key

PROVISIONAL: Final = timedelta(days=2)
"""Life of a key that nobody kept; longer than an unverified sign-up lives, so data never outlives its key."""
PUBLISHED_BEFORE: Final = timedelta(hours=1)
"""A new generation can be opened for so long before it seals; a process holds its copy for 5 minutes."""
_MOST_GENERATIONS: Final = 255
"""A sealed value names its generation in a byte."""
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
    """Give the owner's vault; raise `OwnerKeyAbsent`. At most 1,000 are held, each for at most 5 minutes.

    That there is a key is read at once, and the key is unwrapped when it is first used: asking the key provider
    costs as much as five write units, and who only adds sums never needs it.
    """
    at = time.monotonic()
    held = _VAULTS.get(owner, at)
    if held is None:
        row = repository.owner_key(owner)
        held = opened_vault(row, at=clock_now())
        _VAULTS.put(owner, held, at)
    return held


def opened_vault(row: OwnerKeyRow, *, at: datetime) -> Vault:
    """Give the vault of a key's generations, unlocked when it is first used: the newest that had begun `at` then seals."""
    return Vault(row.pk, partial(_opened, row, at=at))


def _opened(row: OwnerKeyRow, *, at: datetime) -> Keys:
    newest, lookup = _unwrapped(row.wrapped, row.pk)
    previous: bytes | None = row.previous
    if previous is None:
        return Keys.of(newest, generation=row.generation, lookup=lookup)
    older = _unwrapped(previous, row.pk)[0]
    keys = {row.generation: newest, row.generation - 1: older}
    active: int | None = row.active_from
    sealing = row.generation if (active or 0) <= int(at.timestamp()) else row.generation - 1
    return Keys.of(keys[sealing], generation=sealing, others=keys, lookup=lookup)


def _unwrapped(wrapped: bytes, owner: str) -> tuple[bytes, bytes]:
    """Give data key and look-up key: of the first generation that is derived, later ones carry it on."""
    opened = provider().unwrap(wrapped, owner)
    data_key, lookup = opened[:KEY_BYTES], opened[KEY_BYTES:]
    return data_key, lookup or lookup_key(data_key)


def rotate_owner_key(owner: Owner, *, now: datetime) -> bool:
    """Make the next generation of an owner's data key and begin to seal everything anew; tell whether.

    It seals from an hour on. False while another rotation is under way (at most 36 days), for a provisional
    key, and for the 255th generation. Raises `OwnerKeyAbsent`.
    """
    row = repository.owner_key(owner)
    if row.generation >= _MOST_GENERATIONS:
        return False
    _, lookup = _unwrapped(row.wrapped, row.pk)
    wrapped = provider().wrap(secrets.token_bytes(KEY_BYTES) + lookup, str(owner))
    active = int((now + PUBLISHED_BEFORE).timestamp())
    try:
        replace_owner_key(row, wrapped, active_from=active, now=now)
    except KeyMadeMeanwhile:
        return False
    _VAULTS.drop(owner)
    return True


def forget() -> None:
    """Forget all open keys."""
    _VAULTS.clear()

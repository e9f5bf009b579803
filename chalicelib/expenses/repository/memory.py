"""What choices taught, as items: habits, twelve pages that payees share, and a page a payee.

Each is sealed whole: it holds hashes and weights, but which categories lie together says much about a person.
A page is read, changed and put within one unit of work; the change number makes that safe, because writes of
one owner are serial.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.model.memory import (
    PAYEE_CONTEXTS,
    Habits,
    Memory,
    Page,
    Traits,
    code_of,
)
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, key, payee_id, place
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

LEARNED: Final = "LRN#"
_HABITS: Final = "HABITS"
_SHARED: Final = "W#"
_PAYEE: Final = "P#"


class MemoryRow(Row):
    """Habits or a page."""

    layout = WholeNumber()
    memory = BinaryAttribute(legacy_encoding=False)
    updated_at = UnicodeAttribute()


def needed(vault: Vault, lines: Iterable[Traits]) -> set[str]:
    """Name what a look-up (`memory=`) must bring for lines: 13 items, and one a payee."""
    names = {_HABITS}
    for traits in lines:
        names.update(_names(vault, traits))
    return names


def _names(vault: Vault, traits: Traits) -> Iterator[str]:
    yield from (_shared(page) for page in traits.pages)
    if traits.key:
        yield _PAYEE + payee_id(vault, traits.key)


def memory_of(vault: Vault, items: Mapping[Key, Raw]) -> Memory:
    """Read what the items of a look-up hold."""
    memory = Memory(identify=lambda normalised: payee_id(vault, normalised))
    for (_, sk), item in items.items():
        if not sk.startswith(LEARNED):
            continue
        name, data = sk.removeprefix(LEARNED), _opened(vault, item)
        if name == _HABITS:
            memory.habits = Habits.from_bytes(data)
        elif name.startswith(_SHARED):
            memory.pages[int(name.removeprefix(_SHARED))] = Page.from_bytes(data)
        else:
            memory.payees[name.removeprefix(_PAYEE)] = Page.from_bytes(data, PAYEE_CONTEXTS)
    return memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the user chose for a line; `corrected` where that put a guess or an earlier choice right."""

    traits: Traits
    category_id: str
    corrected: bool


class Lessons:
    """What a context's owner taught; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def teach(self, memory: Memory, lessons: Sequence[Lesson]) -> None:
        """Take choices in, and keep the pages that they changed: for one choice at most six items."""
        for one in lessons:
            memory.teach(one.traits, code_of(one.category_id), corrected=one.corrected)
        for name in needed(self._ctx.vault, (one.traits for one in lessons)) if lessons else ():
            self._put(name, _bytes_of(memory, name))

    def _put(self, name: str, data: bytes) -> None:
        pk, sk = key(self._ctx.owner, LEARNED, name)
        row = MemoryRow(
            pk,
            sk,
            layout=LAYOUT,
            memory=self._ctx.vault.seal_bytes(data, *place(sk, "memory")),
            updated_at=rfc3339(self._ctx.now),
        )
        self._ctx.commit.put(row, expect=None)


def read(ctx: Context, keys: Iterable[Key]) -> dict[Key, Raw]:
    """Read items; pages as this unit of work has left them so far."""
    wanted = list(keys)
    found = Table(table.TABLE).get_many(wanted) if wanted else {}
    for where in wanted:
        if where[1].startswith(LEARNED) and (staged := ctx.commit.staged(where)) is not None:
            found[where] = staged
    return found


def _bytes_of(memory: Memory, name: str) -> bytes:
    if name == _HABITS:
        return memory.habits.to_bytes()
    if name.startswith(_SHARED):
        return memory.pages[int(name.removeprefix(_SHARED))].to_bytes()
    return memory.payees[name.removeprefix(_PAYEE)].to_bytes()


def _shared(page: int) -> str:
    return f"{_SHARED}{page:02}"


def _opened(vault: Vault, item: Raw) -> bytes:
    return vault.open_bytes(item["memory"]["B"], *place(item["sk"]["S"], "memory"))

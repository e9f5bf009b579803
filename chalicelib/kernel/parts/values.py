"""Where a walk through a part stands, as messages carry it: plain values, nothing else."""

from __future__ import annotations

from dataclasses import field

from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where an erasure of a part is. `until` is the end of the page that was counted and is to go."""

    source: int = 0
    after: str = ""
    until: str = ""
    rows: int = 0
    objects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The head of an owner's change log: its last number and hash (hex), or 0 and nothing."""

    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where an export of a part is: the source, what was read last, and the chunks so far by kind."""

    source: int = 0
    after: str = ""
    chunks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file of a service's part: what it is, how many records it has, and the chunks that make it."""

    name: str
    about: str
    count: int
    chunks: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

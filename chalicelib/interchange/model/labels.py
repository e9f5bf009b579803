"""What a file calls its categories, and which of the owner's categories that would be."""

from __future__ import annotations

from typing import Final

from chalicelib.expenses.commands import Label

_BETWEEN: Final = ":"


def label_text(label: Label) -> str | None:
    """Write a path as one text; None where there is none."""
    return _BETWEEN.join(label) or None

"""QR codes as SVG (ISO/IEC 18004, level M), drawn by segno: pure Python, no image library."""

from __future__ import annotations

import io
from typing import Final

_SCALE: Final = 4
"""Pixels a module, unless the page scales it."""


def svg(text: str) -> str:
    """Draw a text as a QR code with its quiet zone, black on white."""
    import segno

    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", scale=_SCALE, light="#fff", xmldecl=False, title="QR code")
    return out.getvalue().decode()

"""The last letter: the receipt of an erasure."""

from __future__ import annotations

from html import escape
from textwrap import fill

from chalicelib.notifications.model.letters import Letter

_SUBJECT = "Your data has been erased"
_WIDTH = 76


def erasure_receipt(link: str, receipt: str) -> Letter:
    """Say that everything is gone, and prove it: the receipt verifies offline."""
    said = [
        (
            "Everything that xPense had about you has been erased, and the key that sealed it is destroyed "
            "within a day. In our backups the key lives for seven days more; from then on nobody can open them, "
            "not even we."
        ),
        (
            "This is our signed receipt (a JWS). Keep it: anybody can verify it with our published receipt keys, "
            "without asking us."
        ),
    ]
    last = "We have no address of yours any more, so this is our last mail."
    text = "\n\n".join(
        [*said, fill(receipt, _WIDTH, break_on_hyphens=False), f"It is also here: {link}", last]
    )
    safe = escape(link, quote=True)
    html = "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<title>{_SUBJECT}</title></head><body>",
            *(f"<p>{escape(one)}</p>" for one in said),
            f'<p style="word-break:break-all"><code>{escape(receipt)}</code></p>',
            f'<p>It is also here: <a href="{safe}">{safe}</a></p>',
            f"<p>{last}</p></body></html>",
        ]
    )
    return Letter(_SUBJECT, text + "\n\nxPense\n", html)

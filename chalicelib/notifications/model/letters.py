"""The letters that we send, as plain text and as HTML that needs nothing from the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family:sans-serif;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em">
<h1 style="font-size:1.3em">{title}</h1>
{body}
<p style="color:#666;font-size:.9em">xPense</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail without its address."""

    subject: str
    text: str
    html: str


def verify_address(link: str, expires_at: datetime) -> Letter:
    """Ask a new user to confirm the address by following a link that works until an instant."""
    until = expires_at.astimezone(UTC).strftime("%d %B %Y, %H:%M UTC").lstrip("0")
    return _letter(
        "Confirm your e-mail address",
        [
            "Welcome to xPense. Please confirm that this address is yours:",
            f"The link works once, until {until}.",
            "If you did not sign up, ignore this mail: without the confirmation nothing happens.",
        ],
        link=link,
    )


def already_registered() -> Letter:
    """Tell an account's owner that somebody signed up with the same address."""
    return _letter(
        "You already have an account",
        [
            "Somebody, perhaps you, tried to sign up at xPense with this address.",
            "You already have an account, and it was not changed. You can sign in as before.",
            "If that was not you, there is nothing to do: the other person learned nothing.",
        ],
    )


def _letter(subject: str, paragraphs: list[str], *, link: str = "") -> Letter:
    """Write both forms; the link stands after the first paragraph."""
    text = list(paragraphs)
    html = [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    if link:
        text.insert(1, link)
        safe = escape(link, quote=True)
        html.insert(1, f'<p><a href="{safe}">Confirm the address</a></p><p>{safe}</p>')
    page = _PAGE.format(title=escape(subject), body="\n".join(html))
    return Letter(subject, "\n\n".join(text) + "\n\nxPense\n", page)

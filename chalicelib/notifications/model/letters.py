"""The letters that we send, as plain text and as HTML that needs nothing from the network."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import Final

from chalicelib.kernel.values import dataclass

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family:sans-serif;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em">
<h1 style="font-size:1.3em">{title}</h1>
{body}
<p style="color:#666;font-size:.9em">xPense</p>
</body></html>
"""


_LINK_LIKE: Final = re.compile(r"[@/\\:]|\w[.\u3002\uff0e\uff61]\w")
"""Also with the full stops that domain names may have (RFC 3490, 3.1)."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a letter leads, and what the link says."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail without its address."""

    subject: str
    text: str
    html: str


def verify_address(link: str, expires_at: datetime) -> Letter:
    """Ask a new user to confirm the address by following a link that works until an instant."""
    return _letter(
        "Confirm your e-mail address",
        [
            "Welcome to xPense. Please confirm that this address is yours:",
            f"The link works once, until {when(expires_at)}.",
            "If you did not sign up, ignore this mail: without the confirmation nothing happens.",
        ],
        Link(link, "Confirm the address"),
    )


def reset_password(link: str, expires_at: datetime) -> Letter:
    """Let whoever reads the mailbox set a new password by a link that works until an instant."""
    return _letter(
        "Set a new password",
        [
            "Somebody, perhaps you, asked for a new password for your xPense account. Choose one here:",
            f"The link works once, until {when(expires_at)}. A second factor is still asked for.",
            "If that was not you, ignore this mail: your password stays as it is.",
        ],
        Link(link, "Choose a new password"),
    )


def confirm_new_address(link: str, expires_at: datetime) -> Letter:
    """Ask the reader of the new address to confirm it."""
    return _letter(
        "Confirm your new e-mail address",
        [
            "This address is to become that of an xPense account. Please confirm that it is yours:",
            f"The link works once, until {when(expires_at)}.",
            "If you did not ask for that, ignore this mail: without the confirmation nothing happens.",
        ],
        Link(link, "Confirm the new address"),
    )


def address_in_use() -> Letter:
    """Tell an account's owner that somebody wanted this address for another account."""
    return plain_letter(
        "Somebody wanted your address",
        [
            "Somebody, perhaps you, tried to give this address to another xPense account.",
            "It has an account already, which was not changed. Sign in to it as before.",
            "If that was not you, there is nothing to do: the other person learned nothing.",
        ],
    )


def address_to_change(stop_link: str, until: datetime) -> Letter:
    """Tell the reader of the present address that another one was asked for, and how to stop that."""
    return _letter(
        "Your e-mail address is to be changed",
        [
            "Somebody, perhaps you, asked to give your xPense account another address. If that was not you, stop it:",
            f"The link works until {when(until)}, also when the address was changed meanwhile.",
            "If it was you, there is nothing to do here: confirm the new address in its own mailbox.",
        ],
        Link(stop_link, "Stop the change"),
    )


def address_changed(stop_link: str, until: datetime) -> Letter:
    """Tell the reader of the old address that it is so no more, and how to take that back."""
    return _letter(
        "Your e-mail address was changed",
        [
            "Your xPense account has another address now. If that was not you, take it back:",
            f"The link works until {when(until)}. It signs out every device; then set a new password.",
            "If it was you, there is nothing to do: this address hears no more of us.",
        ],
        Link(stop_link, "Take the change back"),
    )


def address_is_yours() -> Letter:
    """Tell the reader of the new address that it is the account's now."""
    return plain_letter(
        "This is your e-mail address now",
        ["Your xPense account has this address from now on. Sign in with it."],
    )


def invited(link: str, expires_at: datetime, *, household: str, by: str | None) -> Letter:
    """Invite the reader of an address into a household; both names were made by people and are quoted plainly."""
    who = _quoted(by or "") or "Somebody"
    where = _quoted(household)
    return _letter(
        "You are invited to a household",
        [
            f"{who} invites you to share a household at xPense{', ' + where if where else ''}. Join it here:",
            f"The link works once, until {when(expires_at)}.",
            "If you do not know what this is about, ignore this mail: nothing happens.",
        ],
        Link(link, "Join the household"),
    )


def already_registered() -> Letter:
    """Tell an account's owner that somebody signed up with the same address."""
    return plain_letter(
        "You already have an account",
        [
            "Somebody, perhaps you, tried to sign up at xPense with this address.",
            "You already have an account, and it was not changed. You can sign in as before.",
            "If that was not you, there is nothing to do: the other person learned nothing.",
        ],
    )


def plain_letter(subject: str, paragraphs: list[str]) -> Letter:
    """Write a letter without a link."""
    return _letter(subject, paragraphs, None)


def _letter(subject: str, paragraphs: list[str], link: Link | None) -> Letter:
    """Write both forms; the link stands after the first paragraph."""
    text = list(paragraphs)
    html = [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    if link is not None:
        text.insert(1, link.url)
        safe = escape(link.url, quote=True)
        html.insert(1, f'<p><a href="{safe}">{escape(link.label)}</a></p><p>{safe}</p>')
    page = _PAGE.format(title=escape(subject), body="\n".join(html))
    return Letter(subject, "\n\n".join(text) + "\n\nxPense\n", page)


def when(at: datetime) -> str:
    """Write an instant for people, in UTC because a mail does not know where it is read."""
    return at.astimezone(UTC).strftime("%d %B %Y, %H:%M UTC").lstrip("0")


def _quoted(name: str) -> str:
    """Quote a name that a stranger may have made, or nothing where it could be read as an address or a link."""
    plain = " ".join(name.split())
    return "" if not plain or _LINK_LIKE.search(plain) else f"“{plain}”"

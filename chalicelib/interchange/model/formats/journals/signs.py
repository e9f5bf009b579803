"""How journals are told from tables and other texts: by a directive or a transaction, not by a word.

A table may well have a date at the beginning of a line; it has no account with colons indented below it.
"""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.regex import regex

_MOST_LINES: Final = 3_000
_MOST: Final = 400
"""Characters looked at of a line."""
_DAY: Final = rb"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ \t]+"
_ACCOUNT: Final = rb"[^\s:;,\"'(){}\[\]]{1,60}:[^\s:;,\"]"
_BEANCOUNT: Final = regex(
    rb"option[ \t]+\"[a-z_]+\"[ \t]+\"|" + _DAY + rb"(?:open|close|balance|pad)[ \t]+" + _ACCOUNT
)
_HLEDGER: Final = regex(
    rb"account[ \t]+[^\s:;,\"][^:;,\"]{0,60}:[^\s:;,\"]|apply account[ \t]+[^\s;,\"]"
)
_BEANCOUNT_HEAD: Final = regex(_DAY + rb"(?:txn|[*!])[ \t]*(?:\"|\Z)")
_HEAD: Final = regex(rb"(?:[0-9]{4}[-/.])?[0-9]{1,2}[-/.][0-9]{1,2}(?:=[0-9/.-]+)?(?:[ \t]|\Z)")
_BEANCOUNT_POSTING: Final = regex(
    rb"[ \t]+(?:[*!][ \t]+)?[A-Z\x80-\xff][^\s:;,\"]{0,60}:[^\s;,\"({\[]{1,200}(?:[ \t]+[-+0-9(;{@].*)?\Z"
)
_POSTING: Final = regex(
    rb"[ \t]+(?:[*!][ \t]+)?[\[(]?[^\s:;,\"'\[({0-9-][^:;,\"\t]{0,80}:[^\s:;,\"]"
    rb"|[ \t]+[A-Za-z\x80-\xff](?:[^\s:;,\"]| (?! )){0,80}+(?:  |\t)[ \t]*+[^\s:;,\"0-9]{0,9}+[ \t]?-?[0-9]"
    rb"[0-9.,]*+[^:;\"]{0,60}\Z"
)


def journal_format(head: bytes) -> str | None:
    """Name the kind of journal that a text begins as: `beancount`, `hledger` (Ledger too) or None."""
    candidate: str | None = None
    for line in head.split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        text = line[:_MOST].rstrip()
        if text[:1] in {b" ", b"\t"}:
            if candidate and _POSTING.match(text):
                # Ledger allows quotation marks round a payee; Beancount no other account and amount than these.
                return candidate if _BEANCOUNT_POSTING.match(text) else "hledger"
        elif text:
            if _BEANCOUNT.match(text):
                return "beancount"
            if _HLEDGER.match(text):
                return "hledger"
            candidate = _candidate(text)
    return None


def _candidate(text: bytes) -> str | None:
    if _BEANCOUNT_HEAD.match(text):
        return "beancount"
    return "hledger" if _HEAD.match(text) else None

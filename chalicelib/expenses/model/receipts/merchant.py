"""Who sold it: the first line that is a name, or what a mail says that the receipt is from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chalicelib.expenses.model.receipts import words
from chalicelib.expenses.model.receipts.draft import MAX_MERCHANT, Read
from chalicelib.expenses.model.receipts.rows import Row

_LOOKED_AT: Final = 10
_SENDER: Final = re.compile(
    r"^(?:from|von|de|da|van|od): *\"?([^\"<@]{2,80}?)\"? *(?:<|$)", re.IGNORECASE
)
_SUBJECT: Final = re.compile(
    r"^(?:subject|betreff|objet|asunto|oggetto|onderwerp|temat): *(.+)$", re.IGNORECASE
)
_FROM: Final = re.compile(
    r"\b(?:receipt|order|invoice|purchase|payment|rechnung|bestellung|quittung|recu|commande|facture|achat|recibo|pedido"
    r"|compra|ricevuta|ordine|bestelling|shopping|dining|thanks|einkauf|visit)"
    r"(?: (?:confirmation|details|no\.? ?\S+|#\S+))? (?:from|at|with|to|by|von|bei|chez|de|da|en|presso|bij) (.{2,60})$",
    re.IGNORECASE,
)
_WELCOME: Final = re.compile(
    r"^\W*(?:welcome to|willkommen bei|bienvenue chez|bienvenido a|benvenuti da|welkom bij) +(.{2,60})$",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    r"\b\d{4,6}\b|\b(?:str|strasse|straße|street|st\.|road|rd|avenue|ave|lane|platz|rue|via|viale|calle|plaza|piazza|ul|ulica"
    r"|weg|allee|gasse|boulevard|blvd|square|straat|laan|vagen|gatan|suite|floor|unit)\b|[@]|\bwww\.|https?:",
    re.IGNORECASE,
)
_EDGES: Final = " \t*#=~-_|.,:;!+<>«»\"'()[]{}/\\"
_AGENCIES: Final = frozenset(
    {"noreply", "no-reply", "orders", "receipts", "billing", "support", "info", "service"}
)


def find_merchant(rows: Sequence[Row]) -> Read[str] | None:
    """Find the merchant's name; of a mail its subject and sender count before its text."""
    return _of_mail(rows) or _of_paper(rows)


def _of_mail(rows: Sequence[Row]) -> Read[str] | None:
    for row in rows[:_LOOKED_AT]:
        subject = _SUBJECT.match(row.text)
        said = _FROM.search(subject[1]) if subject else None
        if said and (name := _name(said[1])):
            return Read(name, 85)
    for row in rows[:_LOOKED_AT]:
        sender = _SENDER.match(row.text)
        if sender and (name := _name(sender[1])) and name.lower() not in _AGENCIES:
            return Read(name, 80)
    return None


def _of_paper(rows: Sequence[Row]) -> Read[str] | None:
    best: tuple[int, str] | None = None
    for place, row in enumerate(rows[:_LOOKED_AT]):
        if row.amounts and place:
            break
        welcome = _WELCOME.match(row.text)
        name = _name(welcome[1] if welcome else row.text)
        score = 90 if welcome else _score(row, name, place)
        if name and score > 0 and (best is None or score > best[0]):
            best = (score, name)
    return Read(best[1], min(90, best[0])) if best else None


def _score(row: Row, name: str, place: int) -> int:
    letters = sum(map(str.isalpha, name))
    figures = sum(map(str.isdigit, name))
    if letters < 3 or figures > letters or row.kind not in {"bought", "card"}:
        return 0
    score = 72 - 7 * place
    if words.FORMS.search(row.folded):
        score += 14
    if _PLACE.search(row.text):
        score -= 40
    if len(name) > 40 or figures > 3:
        score -= 25
    return score


def _name(text: str) -> str:
    printable = "".join(char for char in text if char.isprintable())
    return " ".join(printable.strip(_EDGES).split())[:MAX_MERCHANT]

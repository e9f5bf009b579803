"""Which letters a language adds to a-z: the evidence by which single-byte encodings are told apart."""

from __future__ import annotations

from typing import Final

_CYRILLIC: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґѝ№"
_GREEK: Final = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"

ALPHABETS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "cp1252",
        (
            "äöüß",
            "àâæçéèêëîïôœùûüÿ",
            "áéíñóúüªº¿¡",
            "àèéìíòóù",
            "áâãàçéêíóôõúªº",
            "åäöæøé",
            "áäéèëïíóöüú",
            "áðéíóúýþæö",
        ),
    ),
    (
        "cp1250",
        ("áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "čćđšž", "ăâîşţ"),
    ),
    ("cp1257", ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž")),
    ("cp1251", (_CYRILLIC,)),
    ("cp1254", ("çğıöşüâîû",)),
    ("cp1253", (_GREEK,)),
)
"""Encoding -> the extra letters of each language written in it, the commonest encoding first.

Source: the alphabets of the languages themselves (CLDR main exemplar characters)."""

PUNCTUATION: Final = frozenset("€£§°«»„“”‘’‚–—…·¤©®™•´¨\u00a0\u00ad")
"""Signs that every one of these encodings has: weak evidence."""

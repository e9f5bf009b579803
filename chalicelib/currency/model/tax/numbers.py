"""VAT numbers: their form and check digits by country. That a number is registered is for VIES or HMRC to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from chalicelib.currency.model.tax.check_digits import CHECKS
from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

Verdict = Literal["valid", "wrong-form", "wrong-check-digits"]
MOST: Final = 30
FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    country: regex(form, re.ASCII)
    for country, form in {
        "AT": r"U\d{8}",
        "AU": r"(?!10)[1-9]\d{10}",
        "BE": r"[01]\d{9}",
        "BG": r"\d{9,10}",
        "CH": r"E\d{9}(?:MWST|TVA|IVA|TPV)?",
        "CY": r"\d{8}[A-Z]",
        "CZ": r"[0-8]\d{7}|\d{9,10}",
        "DE": r"[1-9]\d{8}",
        "DK": r"[1-9]\d{7}",
        "EE": r"\d{9}",
        "EL": r"\d{9}",
        "ES": r"[0-9KLMXYZ]\d{7}[A-Z]|[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]",
        "FI": r"\d{8}",
        "FR": r"[0-9A-HJ-NP-Z]{2}\d{9}",
        "GB": r"\d{9}|\d{12}|(?:GD|HA)\d{3}",
        "HR": r"\d{11}",
        "HU": r"\d{8}",
        "IE": r"\d{7}[A-W][A-IW]?|\d[A-Z+*]\d{5}[A-W]",
        "IT": r"\d{11}",
        "LT": r"\d{9}|\d{12}",
        "LU": r"\d{8}",
        "LV": r"\d{11}",
        "MT": r"[1-9]\d{7}",
        "NL": r"\d{9}B(?!00)\d{2}",
        "NO": r"[89]\d{8}(?:MVA)?",
        "PL": r"\d{10}",
        "PT": r"[1-9]\d{8}",
        "RO": r"[1-9]\d{1,9}",
        "SE": r"\d{10}(?!00)\d{2}",
        "SI": r"[1-9]\d{7}",
        "SK": r"[1-9]\d{9}",
    }.items()
}
OTHER_NAMES: Final = {"GR": "EL", "XI": "GB", "UK": "GB"}
"""Greece writes EL; Northern Ireland's numbers are the United Kingdom's under the letters XI."""
_SEPARATORS: Final = regex(r"[\s.\-/]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checked:
    """A number as it is written without spaces, and what its form and digits say."""

    country: str
    number: str
    verdict: Verdict


def countries() -> tuple[str, ...]:
    """Give the letters of the countries whose numbers are known."""
    return tuple(sorted({*FORMS, *OTHER_NAMES}))


def check(text: str, country: str = "") -> Checked | None:
    """Check a number by its letters, or as one of a country; None for a country that is not known."""
    bare = _SEPARATORS.sub("", text).upper()
    letters = bare[:2] if bare[:2] in {*FORMS, *OTHER_NAMES} and not country else country.upper()
    known = OTHER_NAMES.get(letters, letters)
    if known not in FORMS:
        return None
    for prefix in (letters, known, country.upper()):
        if prefix and bare.startswith(prefix) and FORMS[known].fullmatch(bare[2:]):
            bare = bare[2:]
            break
    if not FORMS[known].fullmatch(bare):
        return Checked(letters, bare, "wrong-form")
    written = "CH" + bare if known == "CH" else letters + bare
    return Checked(letters, written, "valid" if CHECKS[known](bare) else "wrong-check-digits")

"""Check digits of VAT numbers by country: published arithmetic, no register is asked.

Sources: European Commission, "VIES: algorithms for VAT numbers" (TAXUD, 2011) and the national rules that it quotes;
ISO 7064 MOD 11,10 for DE and HR; ISO/IEC 7812-1 (Luhn) for FR, IT and SE; Australian Business Register, "Format of
the ABN"; Switzerland: UID register, eCH-0097; Norway: Brønnøysund registers, organisation numbers. Each function is
given a number whose form is right, without its country's letters. Birth dates inside personal numbers are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

_CYPRUS: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_NIF: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_IRELAND: Final = "WABCDEFGHIJKLMNOPQRSTUV"
_FRANCE: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def _weighted(number: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def _falling(number: str, first: int) -> int:
    return _weighted(number, range(first, 0, -1))


def luhn(number: str) -> bool:
    """Check by ISO/IEC 7812-1."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + at % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def mod_11_10(number: str) -> bool:
    """Check by ISO 7064 MOD 11,10."""
    product = 5
    for digit in number:
        product = ((product or 10) * 2 % 11 + int(digit)) % 10
    return product == 1


def _austria(number: str) -> bool:
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(number[1:8])]
    total = sum(one - 9 * (one > 9) for one in doubled)
    return (10 - (total + 4) % 10) % 10 == int(number[8])


def _belgium(number: str) -> bool:
    return 97 - int(number[:8]) % 97 == int(number[8:])


def _bulgaria(number: str) -> bool:
    if len(number) == 9:
        first = _weighted(number[:8], range(1, 9)) % 11
        check = first if first < 10 else _weighted(number[:8], range(3, 11)) % 11 % 10
        return check == int(number[8])
    last = int(number[9])
    civil = _weighted(number[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    foreign = _weighted(number[:9], (21, 19, 17, 13, 11, 9, 7, 3, 1)) % 10
    other = (11 - _weighted(number[:9], (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    return last in {civil, foreign, other}


def _cyprus(number: str) -> bool:
    total = sum(
        int(digit) if at % 2 else _CYPRUS[int(digit)] for at, digit in enumerate(number[:8])
    )
    return not number.startswith("12") and chr(ord("A") + total % 26) == number[8]


def _czechia(number: str) -> bool:
    """Legal persons have eight digits; people a birth number, of which those of nine digits have no check digit."""
    if len(number) == 8:
        return (11 - _falling(number[:7], 8) % 11) % 10 == int(number[7])
    if len(number) == 10:
        return int(number) % 11 == 0 or int(number[:9]) % 11 % 10 == int(number[9])
    if number.startswith("6"):
        rest = _falling(number[1:8], 8) % 11
        return (8 - (10 - rest) % 11) % 10 == int(number[8])
    return True


def _denmark(number: str) -> bool:
    return _weighted(number, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _estonia(number: str) -> bool:
    return _weighted(number, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0


def _finland(number: str) -> bool:
    return _weighted(number, (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0


def _france(number: str) -> bool:
    key, siren = number[:2], number[2:]
    if not luhn(siren) and not siren.startswith("000"):  # Monaco's begin with 000
        return False
    if key.isdigit():
        return int(key) == int(siren + "12") % 97
    first, second = (_FRANCE.index(letter) for letter in key)
    check = first * 24 + second - 10 if key[0].isdigit() else first * 34 + second - 100
    return (int(siren) + 1 + check // 11) % 11 == check % 11


def _greece(number: str) -> bool:
    return _weighted(number[:8], [2**power for power in range(8, 0, -1)]) % 11 % 10 == int(
        number[8]
    )


def _hungary(number: str) -> bool:
    return _weighted(number, (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0


def _ireland(number: str) -> bool:
    if not number[1].isdigit():  # the form that was given out until 1990
        return _IRELAND[_falling("0" + number[2:7] + number[0], 8) % 23] == number[7]
    extra = "WABCDEFGHI".find(number[8]) if len(number) == 9 else 0
    return extra >= 0 and _IRELAND[(_falling(number[:7], 8) + 9 * extra) % 23] == number[7]


def _italy(number: str) -> bool:
    office = int(number[7:10])
    return (
        luhn(number)
        and (1 <= office <= 100 or office in {120, 121, 888, 999})
        and int(number[:7]) > 0
    )


def _lithuania(number: str) -> bool:
    body = number[:-1]
    first = sum(int(digit) * (1 + at % 9) for at, digit in enumerate(body)) % 11
    if first == 10:
        first = sum(int(digit) * (1 + (at + 2) % 9) for at, digit in enumerate(body)) % 11 % 10
    return number[-2] == "1" and first == int(number[-1])


def _luxembourg(number: str) -> bool:
    return int(number[:6]) % 89 == int(number[6:])


def _latvia(number: str) -> bool:
    if number[0] > "3":
        return _weighted(number, (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)) % 11 == 3
    if number.startswith("32"):  # personal codes since 2017 have no check digit
        return True
    return (1 + _weighted(number[:10], (10, 5, 8, 4, 2, 1, 6, 3, 7, 9))) % 11 % 10 == int(
        number[10]
    )


def _malta(number: str) -> bool:
    return _weighted(number, (3, 4, 6, 7, 8, 9, 10, 1)) % 37 == 0


def _netherlands(number: str) -> bool:
    """Companies: the eleven test; the self-employed since 2020: ISO 7064 MOD 97-10."""
    eleven = (_falling(number[:8], 9) - int(number[8])) % 11 == 0
    return eleven or int("2321" + number[:9] + "11" + number[10:]) % 97 == 1


def _poland(number: str) -> bool:
    return _weighted(number[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9])


def _portugal(number: str) -> bool:
    return (11 - _falling(number[:8], 9) % 11) % 11 % 10 == int(number[8])


def _romania(number: str) -> bool:
    body = number[:-1].rjust(9, "0")
    return 10 * _weighted(body, (7, 5, 3, 2, 1, 7, 5, 3, 2)) % 11 % 10 == int(number[-1])


def _sweden(number: str) -> bool:
    return luhn(number[:10])


def _slovenia(number: str) -> bool:
    check = 11 - _falling(number[:7], 8) % 11
    return check != 11 and check % 10 == int(number[7])


def _slovakia(number: str) -> bool:
    return int(number) % 11 == 0


def _spain(number: str) -> bool:
    first, body, last = number[0], number[1:8], number[8]
    if first.isdigit() or first in "KLMXYZ":
        digits = {"X": "0", "Y": "1", "Z": "2"}.get(first, first if first.isdigit() else "") + body
        return _NIF[int(digits) % 23] == last
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(body)]
    check = -sum(one - 9 * (one > 9) for one in doubled) % 10
    # which kinds have a letter and which a digit is not kept to in use
    return last in {str(check), "JABCDEFGHI"[check]}


def _united_kingdom(number: str) -> bool:
    if number.startswith("GD"):
        return int(number[2:]) < 500
    if number.startswith("HA"):
        return int(number[2:]) >= 500
    total = _falling(number[:7], 8) + int(number[7:9])
    # 42: the numbers of "9755" that are given out since 2009; 55: others that are in use
    return total % 97 in {0, 42, 55}


def _switzerland(number: str) -> bool:
    return (11 - _weighted(number[1:9], (5, 4, 3, 2, 7, 6, 5, 4)) % 11) % 11 == int(number[9])


def _norway(number: str) -> bool:
    return (11 - _weighted(number[:8], (3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == int(number[8])


def _australia(number: str) -> bool:
    body = str(int(number[0]) - 1) + number[1:]
    return _weighted(body, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "AT": _austria, "AU": _australia, "BE": _belgium, "BG": _bulgaria, "CH": _switzerland,
    "CY": _cyprus, "CZ": _czechia, "DE": mod_11_10, "DK": _denmark, "EE": _estonia, "EL": _greece,
    "ES": _spain, "FI": _finland, "FR": _france, "GB": _united_kingdom, "HR": mod_11_10,
    "HU": _hungary, "IE": _ireland, "IT": _italy, "LT": _lithuania, "LU": _luxembourg,
    "LV": _latvia, "MT": _malta, "NL": _netherlands, "NO": _norway, "PL": _poland, "PT": _portugal,
    "RO": _romania, "SE": _sweden, "SI": _slovenia, "SK": _slovakia,
}  # fmt: skip

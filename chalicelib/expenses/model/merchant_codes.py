"""Merchant category codes (ISO 18245) and what they say about a purchase.

The codes are the standard's; which of our categories each belongs to is our own choice. Codes that
say little (financial institutions, services not elsewhere classified) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

_CODES: Final[Mapping[str, str]] = {
    "groceries": "5300 5411 5422 5441 5451 5499 5921",
    "restaurants": "5811-5814",
    "cafes": "5462",
    "rent": "6513",
    "utilities": "4900",
    "telecom": "4812-4816 4821",
    "furnishing": "5021 5712-5714 5718 5719 5950 7210 7211 7216 7217 7641",
    "repairs": (
        "0780 1520 1711 1731 1740 1750 1761 1771 1799 5039 5072 5074 5198 5200 5211 5231 5251 5261"
        " 5996 7342 7349"
    ),
    "fuel": "5172 5541 5542 5552 5983",
    "transit": "4011 4111 4112 4131 4789",
    "taxi": "4121",
    "parking": "4784 7523",
    "car": "5013 5511 5521 5531-5533 5571 5592 5598 5599 7531 7534 7535 7538 7542 7549 8675",
    "medical": "4119 5047 5122 5912 5975 5976 8011 8021 8031 8041-8043 8049 8050 8062 8071 8099",
    "fitness": "7911 7941 7992 7997",
    "beauty": "5977 7230 7297 7298",
    "general": ("4215 5111 5262 5309-5311 5331 5399 5931-5933 5943 5961-5967 5969 5999 9402"),
    "clothing": (
        "5137 5139 5611 5621 5631 5641 5651 5655 5661 5681 5691 5697-5699 5944 5948 7251 7296 7631"
    ),
    "electronics": "5044 5045 5722 5732 5734 5817 5946 7372 7379 7622 7623 7629",
    "subscriptions": "4899 5815 5818 5968 5994 7273 7841",
    "entertainment": "7829 7832 7922 7929 7932 7933 7991 7993 7994 7996 7998 7999",
    "hobbies": (
        "5192 5733 5735 5816 5937 5940-5942 5945 5949 5970-5973 7221 7395 7800-7802 7995 9406"
    ),
    "flights": "3000-3500 4411 4457 4468 4511 4582 4722 4723 7512 7513 7519",
    "lodging": "3501-3999 7011 7012 7032 7033",
    "children": "8351",
    "education": "8211 8220 8241 8244 8249 8299",
    "pets": "0742 5995",
    "giving": "5193 5947 5992 8398 8661",
    "insurance": "5960 6300 6381 6399",
    "taxes": "7276 8111 8931 9211 9222 9223 9311 9399",
    "savings": "6211",
    "own-accounts": "6538 6540",
    "cash": "6010 6011",
}
VAGUE: Final = frozenset({"5399", "5999", "7999", "8299", "9399", "5818", "5964", "5969", "5300"})
"""Codes under which many things are sold."""


def _expanded(text: str) -> Iterator[str]:
    for part in text.split():
        first, _, last = part.partition("-")
        for code in range(int(first), int(last or first) + 1):
            yield f"{code:04d}"


@cache
def slugs_by_code() -> Mapping[str, str]:
    """Give the category slug of each four-digit code that says something."""
    return {code: slug for slug, text in _CODES.items() for code in _expanded(text)}

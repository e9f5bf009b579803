"""How banks write one and the same shop: cut off, shouted, wrapped in cities, terminals and references.

All names are invented or generic. Each style is a function of a seeded generator, so a bank never writes the
same shop twice in quite the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop with its trade, its usual price in minor units, and another name that some banks print."""

    name: str
    trade: str
    price: int
    legal: str = ""


SHOPS: Final = tuple(
    Shop(name.strip(), trade.strip(), int(price), legal.strip())
    for name, trade, price, legal in (
        line.split("|")
        for line in """
Greenleaf Market|grocery|4200|Greenleaf Retail Holding
Korb & Kiste|grocery|3100|
Marche du Coin|grocery|2600|
Tante Emma Laden|grocery|1900|
Northgate Foods|grocery|5200|NGF Stores
Prisma Hypermarket|grocery|6100|
Supermercado Luna|grocery|3800|
Daily Fresh Express|grocery|1400|
Kaffeerösterei Blum|cafe|380|
Third Wave Espresso|cafe|450|
Corner Bakery|cafe|420|
Backhaus Sommer|cafe|310|
Cafe Zeitlos|cafe|520|CZ Gastro Betriebe
Trattoria Da Nino|restaurant|4800|
Lotus Garden|restaurant|3900|
Zum Goldenen Hirsch|restaurant|5500|Hirsch Wirtschaft
Burger Foundry|restaurant|2300|
Sakura Sushi Bar|restaurant|4100|
The Old Anchor|restaurant|3600|
Metro Verkehrsbetriebe|transit|320|
City Tram|transit|280|
Linea Bus|transit|190|
Petrol Nord|fuel|6400|
Autohof Süd Tankstelle|fuel|7200|
Fuelway|fuel|5800|FW Energy Retail
Bookmarket Online|online|3200|
Elektro Versand Riese|online|8900|
Fashionista|online|6500|Fashionista Ecommerce
Zweirad Kontor|online|15900|
Homeware Depot|online|7400|
Plant Parcel|online|2700|
Gadget Galaxy|online|12900|GG Marketplace
Taxi Stern|taxi|1800|
RideNow|taxi|1450|
Hotel Seeblick|hotel|18900|
City Lodge|hotel|12400|
Apotheke am Markt|pharmacy|1650|
Drogerie Nova|pharmacy|2150|
Gym Athletika|subscription|2990|
Streamly|subscription|1299|
Cloudbox Storage|subscription|299|
Newsletter Weekly|subscription|599|
Stadtwerke Energie|utility|8700|
Fibernet Telecom|utility|3999|
Aqua Versorgung|utility|4300|
Hausverwaltung Lang|rent|94000|
""".strip().splitlines()
    )
)
CITIES: Final = (
    "BERLIN", "HAMBURG", "LONDON", "LYON", "MADRID", "WIEN", "OSLO", "LEEDS", "GRAZ", "PORTO", "AUSTIN",
)  # fmt: skip
PEOPLE: Final = (
    "Ines Ferrer", "Tom Okafor", "Jana Novak", "Pete Lindqvist", "Mira Schulte", "Sam Whitfield",
)  # fmt: skip
OWNERS: Final = ("Alex Morgan", "Nora Winter", "Luis Prado", "Hanne Dahl", "Kim Taylor")
EMPLOYERS: Final = (
    "Brightline Systems Ltd",
    "Kanton Verwaltung",
    "Atelier Vidal SARL",
    "Fashionista",
)


def order_number(rng: Random) -> str:
    """Make a number as shops and banks print it."""
    return f"{rng.choice('ABDEKMX')}{rng.choice('ACEGHZ')}{rng.randrange(10**6, 10**7)}"


def _uk(rng: Random, name: str, tail: str) -> tuple[str, str]:
    lead = rng.choice(("", "", "CARD PAYMENT TO ", "VISA PURCHASE "))
    return f"{lead}{name.upper()[:22]} {rng.choice(CITIES)} GB", tail


def _de(rng: Random, name: str, tail: str) -> tuple[str, str]:
    day = f"2026-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}T12:{rng.randrange(60):02d}"
    ref = f"EREF+{rng.randrange(10**9, 10**10)}"
    return f"{name}//{rng.choice(CITIES)}/DE", f"{ref}SVWZ+{day} Debitk.{rng.randrange(9)} {tail}"


def _us(rng: Random, name: str, tail: str) -> tuple[str, str]:
    agent = rng.choice(("", "", "", "SQ *", "TST* ", "POS DEBIT "))
    return f"{agent}{name.upper()[:18]} {rng.choice(CITIES)} TX {rng.randrange(1000, 9999)}", tail


def _app(rng: Random, name: str, tail: str) -> tuple[str, str]:
    return name, tail


def _fr(rng: Random, name: str, tail: str) -> tuple[str, str]:
    when = f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}"
    return f"PAIEMENT CB {when} {name.upper()[:16]}", f"{rng.choice(CITIES)} {tail}".strip()


def _narrow(rng: Random, name: str, tail: str) -> tuple[str, str]:
    return name.upper()[:12].strip(), tail


Style = Callable[[Random, str, str], tuple[str, str]]
STYLES: Final[tuple[Style, ...]] = (_uk, _de, _us, _app, _fr, _narrow)


def typed(rng: Random, name: str) -> str:
    """Write a shop as a person types it: short, in part, or by what it was."""
    words = name.split()
    way = rng.random()
    if way < 0.55:
        return name
    if way < 0.75:
        return words[0].lower()
    return rng.choice(("", "lunch", "stuff", "shopping", "card", words[-1]))

"""Receipts as shops, restaurants, stations and web shops of many countries print them, with what they say.

Everything is made up. A layout writes a receipt from made-up goods; `scanned` then spoils it the way a camera and an
OCR do. The truth beside each text is what a person reads on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

TODAY: Final = date(2026, 11, 28)
NOISES: Final = ("clean", "light", "heavy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the paper says; amounts in minor units."""

    merchant: str
    bought_on: date
    total_minor: int
    tax_minor: int | None
    currency: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A text with its truth. `usual` is the currency of the reader's account."""

    layout: str
    noise: str
    text: str
    truth: Truth
    usual: str


@dataclass(slots=True)
class _Scene:
    """One purchase: its goods and its day."""

    some: random.Random
    digits: int = 2

    def day(self) -> date:
        return TODAY - timedelta(days=self.some.randrange(1, 300))

    def goods(
        self, names: tuple[str, ...], least: int = 2, most: int = 7, *, cap: int = 4_000
    ) -> list[tuple[str, int]]:
        chosen = self.some.sample(names, min(len(names), self.some.randint(least, most)))
        return [(name, self.some.randrange(49, cap)) for name in chosen]


def _comma(minor: int, digits: int = 2, group: str = ".") -> str:
    return _written(minor, digits, ",", group)


def _point(minor: int, digits: int = 2, group: str = ",") -> str:
    return _written(minor, digits, ".", group)


def _written(minor: int, digits: int, mark: str, group: str) -> str:
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    whole, cents = divmod(minor, 10**digits)
    text = f"{whole:,}".replace(",", group)
    return f"{sign}{text}{mark}{cents:0{digits}d}" if digits else f"{sign}{text}"


def _wide(left: str, right: str, width: int = 40) -> str:
    return left + " " * max(1, width - len(left) - len(right)) + right


def _within(gross: int, rate: int) -> int:
    """The tax within a gross amount, in hundredths of a percent, rounded half up."""
    return (2 * gross * rate + (10_000 + rate)) // (2 * (10_000 + rate))


def _on_top(net: int, rate: int) -> int:
    return (2 * net * rate + 10_000) // 20_000


FOOD_DE: Final = (
    "BIO VOLLMILCH 3,8%",
    "BUTTER",
    "BROT ROGGEN",
    "APFEL GALA",
    "EIER 10ER",
    "KAESE GOUDA",
    "TOMATEN RISPE",
    "NUDELN",
    "KAFFEE CREMA",
    "PFAND EINWEG",
)
FOOD_EN: Final = (
    "Whole milk 2L",
    "Sourdough loaf",
    "Free range eggs",
    "Cheddar",
    "Bananas",
    "Olive oil",
    "Oat biscuits",
    "Chicken thighs",
    "Basil",
    "Porridge oats",
)
FOOD_US: Final = (
    "ORG BANANAS",
    "GRK YOGURT",
    "SPARKLING WTR 12PK",
    "TORTILLA CHIPS",
    "AVOCADO HASS",
    "PAPER TOWELS",
    "COLD BREW",
    "BAGELS EVERYTHING",
)
FOOD_FR: Final = (
    "BAGUETTE TRADITION",
    "CAMEMBERT",
    "BEURRE DOUX",
    "POMMES GOLDEN",
    "CAFE MOULU",
    "YAOURT NATURE",
    "JAMBON BLANC",
)
FOOD_ES: Final = (
    "LECHE ENTERA",
    "PAN DE MOLDE",
    "ACEITE OLIVA",
    "JAMON SERRANO",
    "QUESO MANCHEGO",
    "TOMATE RAMA",
    "HUEVOS L",
)
FOOD_IT: Final = (
    "PASTA PENNE",
    "MOZZARELLA",
    "OLIO EVO",
    "PROSCIUTTO",
    "CAFFE MACINATO",
    "PANE CASERECCIO",
)
FOOD_NL: Final = (
    "HALFVOLLE MELK",
    "BRUIN BROOD",
    "JONGE KAAS",
    "PINDAKAAS",
    "HAGELSLAG",
    "APPELSAP",
)
FOOD_PL: Final = (
    "MLEKO 2% 1L",
    "CHLEB ZYTNI",
    "MASLO EXTRA",
    "SER GOUDA",
    "JABLKA",
    "KAWA MIELONA",
)
FOOD_SE: Final = ("MJOLK 3%", "KNACKEBROD", "SMOR NORMALSALTAT", "OST HERRGARD", "KAFFE BRYGG")
MEALS: Final = (
    "Flat white",
    "Eggs Benedict",
    "Avocado toast",
    "Soup of the day",
    "Burger",
    "House wine",
    "Lemonade",
    "Cheesecake",
)
GEAR: Final = (
    "USB-C cable 2m",
    "Desk lamp",
    "Notebook A5",
    "Wireless mouse",
    "HDMI adapter",
    "Phone case",
)


def _german_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_DE), one.day()
    name = one.some.choice(("MUSTERMARKT GmbH", "Frischehof Berger e.K.", "KAUFGUT oHG"))
    total = sum(amount for _, amount in goods)
    tax = _within(total, 700)
    paid = -(-total // 1_000) * 1_000
    lines = [name, "Hauptstr. 12", "10115 Berlin", "Tel. 030 1234567", "UID Nr. DE123456789", "EUR"]
    lines += [_wide(text, f"{_comma(amount)} B") for text, amount in goods]
    lines += ["-" * 40, _wide("SUMME          EUR", _comma(total)), "=" * 40]
    lines += [
        _wide("Geg. BAR       EUR", _comma(paid)),
        _wide("Rückgeld BAR   EUR", _comma(paid - total)),
    ]
    lines += ["Steuer %     Netto   Steuer   Brutto"]
    lines += [f"B= 7,0%    {_comma(total - tax)}   {_comma(tax)}   {_comma(total)}"]
    lines += [f"{day:%d.%m.%Y}   18:42   Bon-Nr.:4711", "Vielen Dank für Ihren Einkauf"]
    return "\n".join(lines), Truth(
        merchant=name,
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _german_two_rates(one: _Scene) -> tuple[str, Truth]:
    low, high, day = (
        one.goods(FOOD_DE[:5], 1, 4),
        one.goods(("SPUELMITTEL", "ZAHNPASTA", "KERZEN", "BATTERIEN AA"), 1, 3),
        one.day(),
    )
    name = "drogerie & markt Sonnental"
    sums = [sum(amount for _, amount in some) for some in (low, high)]
    taxes = [_within(sums[0], 700), _within(sums[1], 1_900)]
    total = sum(sums)
    lines = [name, "Marktplatz 3", "70173 Stuttgart", f"{day:%d.%m.%y} 09:15  Kasse 2"]
    lines += [
        _wide(f"{text}", f"{_comma(amount)} {code}")
        for some, code in ((low, "2"), (high, "1"))
        for text, amount in some
    ]
    lines += [
        _wide("Zwischensumme", _comma(total)),
        _wide("GESAMTBETRAG EUR", _comma(total)),
        _wide("Girocard EUR", _comma(total)),
    ]
    lines += ["MwSt-Satz  Brutto  Netto  MwSt"]
    for code, rate, whole, tax in (
        ("1", "19,00", sums[1], taxes[1]),
        ("2", "7,00", sums[0], taxes[0]),
    ):
        lines.append(f"{code}={rate}%  {_comma(whole)}  {_comma(whole - tax)}  {_comma(tax)}")
    return "\n".join(lines), Truth(
        merchant=name,
        bought_on=day,
        total_minor=total,
        tax_minor=sum(taxes),
        currency="EUR",
        lines=(*low, *high),
    )


def _tesseract_sample(one: _Scene) -> tuple[str, Truth]:
    """As tesseract 5.3 read a clean picture: the total's word, code and sign run into each other."""
    goods, day = (
        one.goods(("Apfelkuchen", "Cappuccino", "Wasser still", "Brezel"), 2, 4, cap=900),
        one.day(),
    )
    total = sum(amount for _, amount in goods)
    tax = _within(total, 1_900)
    lines = ["Cafe Linde", "Seestrasse 4", "88045 Friedrichshafen", f"{day:%d.%m.%Y}  10:12"]
    lines += [f"{text} {_point(amount)}" for text, amount in goods]
    lines += [f"TOTALEUR- {_point(total)}", f"MwSt 19% {_point(tax)}"]
    return "\n".join(lines), Truth(
        merchant="Cafe Linde",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _british_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_EN), one.day()
    name = one.some.choice(("Hartley Foods Ltd", "GREENWOOD GROCERS", "Oak & Barley"))
    total = sum(amount for _, amount in goods)
    lines = [name, "12 High Street, Leeds", "VAT Number: 123 4567 89", ""]
    lines += [_wide(text, f"£{_point(amount)}") for text, amount in goods]
    lines += [
        _wide("BALANCE DUE", f"£{_point(total)}"),
        _wide("VISA CONTACTLESS", f"£{_point(total)}"),
        _wide("CHANGE", "£0.00"),
    ]
    lines += [f"{day:%d/%m/%Y} 12:31  Store 0412", "Thank you for shopping with us"]
    return "\n".join(lines), Truth(
        merchant=name,
        bought_on=day,
        total_minor=total,
        tax_minor=None,
        currency="GBP",
        lines=tuple(goods),
    )


def _british_cafe(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(MEALS, 2, 5, cap=1_800), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 2_000)
    lines = ["The Copper Kettle", "Table 7   Server: Ann", f"{day.day} {day:%b} {day.year} 13:05"]
    lines += [_wide(f"1 {text}", _point(amount)) for text, amount in goods]
    lines += [
        _wide("Total", f"£{_point(total)}"),
        _wide("VAT @ 20%", f"£{_point(tax)}"),
        _wide("Net", f"£{_point(total - tax)}"),
    ]
    return "\n".join(lines), Truth(
        merchant="The Copper Kettle",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="GBP",
        lines=tuple(goods),
    )


def _american_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_US), one.day()
    name = one.some.choice(("Sunny Valley Market", "PRAIRIE FOODS INC", "Corner Pantry"))
    net = sum(amount for _, amount in goods)
    tax = _on_top(net, 825)
    lines = [name, "4521 Main St", "Austin TX 78701", "(512) 555-0142"]
    lines += [_wide(text, f"{_point(amount)} F") for text, amount in goods]
    lines += [
        _wide("SUBTOTAL", _point(net)),
        _wide("TAX 8.25%", _point(tax)),
        _wide("TOTAL", f"${_point(net + tax)}"),
    ]
    lines += [
        "VISA ************1234",
        _wide("CHARGED", f"${_point(net + tax)}"),
        f"{day:%m/%d/%Y} 05:14 PM",
    ]
    return "\n".join(lines), Truth(
        merchant=name,
        bought_on=day,
        total_minor=net + tax,
        tax_minor=tax,
        currency="USD",
        lines=tuple(goods),
    )


def _american_cash(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_US, 1, 4), one.day()
    net = sum(amount for _, amount in goods)
    tax = _on_top(net, 600)
    total = net + tax
    paid = -(-total // 2_000) * 2_000
    lines = ["*** HARBOR HARDWARE ***", "Portland ME 04101", f"Date: {day:%m/%d/%y}  Cashier 03"]
    lines += [_wide(text, f"${_point(amount)}") for text, amount in goods]
    lines += [
        _wide("Sub Total:", f"${_point(net)}"),
        _wide("Sales Tax:", f"${_point(tax)}"),
        _wide("Grand Total:", f"${_point(total)}"),
    ]
    lines += [
        _wide("Cash Tendered:", f"${_point(paid)}"),
        _wide("Change Due:", f"${_point(paid - total)}"),
    ]
    return "\n".join(lines), Truth(
        merchant="HARBOR HARDWARE",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="USD",
        lines=tuple(goods),
    )


def _french_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_FR), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 550)
    lines = ["EPICERIE DU MARCHE SARL", "8 rue des Lilas", "69002 LYON", "SIRET 123 456 789 00012"]
    lines += [_wide(text, f"{_comma(amount, group=' ')} €") for text, amount in goods]
    lines += [
        _wide("TOTAL TTC", f"{_comma(total, group=' ')} €"),
        _wide("TVA 5,5%", f"{_comma(tax)} €"),
    ]
    lines += [
        _wide("CARTE BANCAIRE", f"{_comma(total, group=' ')} €"),
        f"Le {day:%d/%m/%Y} a 17:02",
        "MERCI DE VOTRE VISITE",
    ]
    return "\n".join(lines), Truth(
        merchant="EPICERIE DU MARCHE SARL",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _spanish_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_ES), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 1_000)
    lines = [
        "SUPERMERCADO EL SOL S.A.",
        "Calle Mayor 5",
        "28013 MADRID",
        f"FECHA {day:%d/%m/%Y} 20:11",
    ]
    lines += [_wide(f"1 {text}", _comma(amount)) for text, amount in goods]
    lines += [_wide("TOTAL (€)", _comma(total)), _wide("TARJETA BANCARIA", _comma(total))]
    lines += ["IVA   BASE IMPONIBLE (€)  CUOTA (€)", f"10%   {_comma(total - tax)}   {_comma(tax)}"]
    return "\n".join(lines), Truth(
        merchant="SUPERMERCADO EL SOL S.A.",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _italian_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_IT), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 1_000)
    lines = [
        "ALIMENTARI ROSSI SRL",
        "Via Garibaldi 21",
        "40121 Bologna",
        "P.IVA 01234567890",
        "DOCUMENTO COMMERCIALE",
    ]
    lines += [_wide(text, f"10%  {_comma(amount)}") for text, amount in goods]
    lines += [
        _wide("TOTALE COMPLESSIVO", _comma(total)),
        _wide("di cui IVA", _comma(tax)),
        _wide("Pagamento elettronico", _comma(total)),
        f"{day:%d-%m-%Y} 11:20",
    ]
    return "\n".join(lines), Truth(
        merchant="ALIMENTARI ROSSI SRL",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _dutch_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_NL), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 900)
    lines = [
        "Kruidenier De Hoek",
        "Dorpsstraat 9",
        "3512 AB Utrecht",
        "AANTAL OMSCHRIJVING     BEDRAG",
    ]
    lines += [_wide(f"1 {text}", _comma(amount)) for text, amount in goods]
    lines += [
        _wide("TOTAAL", _comma(total)),
        _wide("PINNEN", _comma(total)),
        _wide("BTW 9%", f"{_comma(total - tax)} {_comma(tax)}"),
        f"{day:%d-%m-%Y} 16:48",
    ]
    return "\n".join(lines), Truth(
        merchant="Kruidenier De Hoek",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _polish_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_PL), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 500)
    lines = [
        "SKLEP POD LIPA Sp. z o.o.",
        "ul. Dluga 7, 31-147 Krakow",
        "NIP 123-456-78-90",
        f"{day:%Y-%m-%d}",
        "PARAGON FISKALNY",
    ]
    lines += [_wide(text, f"1 x{_comma(amount)} {_comma(amount)}C") for text, amount in goods]
    lines += [
        _wide("PTU C 5%", _comma(tax)),
        _wide("SUMA PLN", _comma(total)),
        _wide("KARTA", _comma(total)),
    ]
    return "\n".join(lines), Truth(
        merchant="SKLEP POD LIPA Sp. z o.o.",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="PLN",
        lines=tuple(goods),
    )


def _swedish_market(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_SE, cap=20_000), one.day()
    total = sum(amount for _, amount in goods)
    tax = _within(total, 1_200)
    lines = ["Lanthandeln i Vik AB", "Storgatan 2", "Org nr 556677-8899", f"{day:%Y-%m-%d} 15:20"]
    lines += [_wide(text, _comma(amount, group=" ")) for text, amount in goods]
    lines += [
        _wide("Totalt att betala SEK", _comma(total, group=" ")),
        _wide("Kort", _comma(total, group=" ")),
        f"Moms 12%  {_comma(tax)}",
    ]
    return "\n".join(lines), Truth(
        merchant="Lanthandeln i Vik AB",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="SEK",
        lines=tuple(goods),
    )


def _swiss_cafe(one: _Scene) -> tuple[str, Truth]:
    goods, day = (
        one.goods(("Rösti", "Rivella", "Espresso", "Nussgipfel"), 2, 4, cap=2_900),
        one.day(),
    )
    total = sum(amount for _, amount in goods)
    tax = _within(total, 810)
    lines = ["Bergwirtschaft Alpenblick", "3818 Grindelwald", f"Datum {day:%d.%m.%Y}  Tisch 4"]
    lines += [_wide(text, f"CHF {_point(amount)}") for text, amount in goods]
    lines += [
        _wide("Total CHF", _point(total)),
        _wide("inkl. 8.1% MwSt", _point(tax)),
        _wide("TWINT", _point(total)),
    ]
    return "\n".join(lines), Truth(
        merchant="Bergwirtschaft Alpenblick",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="CHF",
        lines=tuple(goods),
    )


def _japanese_shop(one: _Scene) -> tuple[str, Truth]:
    goods = [
        (name, one.some.randrange(90, 1_500))
        for name in one.some.sample(
            ("おにぎり 鮭", "緑茶 500ml", "サンドイッチ", "アイスクリーム"), 3
        )
    ]
    day = one.day()
    net = sum(amount for _, amount in goods)
    tax = net * 8 // 100
    lines = ["さくらストア 渋谷店", f"{day.year}年{day.month:02d}月{day.day:02d}日 12:05"]
    lines += [_wide(text, f"¥{_point(amount, 0)}") for text, amount in goods]
    lines += [
        _wide("小計", f"¥{_point(net, 0)}"),
        _wide("消費税 8%", f"¥{_point(tax, 0)}"),
        _wide("合計", f"¥{_point(net + tax, 0)}"),
    ]
    return "\n".join(lines), Truth(
        merchant="さくらストア 渋谷店",
        bought_on=day,
        total_minor=net + tax,
        tax_minor=tax,
        currency="JPY",
        lines=tuple(goods),
    )


def _kuwaiti_shop(one: _Scene) -> tuple[str, Truth]:
    goods, day = (
        one.goods(("Dates 1kg", "Cardamom", "Rice 5kg", "Olives"), 2, 4, cap=9_000),
        one.day(),
    )
    total = sum(amount for _, amount in goods)
    lines = ["Gulf Corner Trading Co", "Salmiya, Kuwait", f"{day:%d/%m/%Y} 19:30"]
    lines += [_wide(text, _point(amount, 3)) for text, amount in goods]
    lines += [_wide("TOTAL KWD", _point(total, 3)), _wide("CASH", _point(total, 3))]
    return "\n".join(lines), Truth(
        merchant="Gulf Corner Trading Co",
        bought_on=day,
        total_minor=total,
        tax_minor=None,
        currency="KWD",
        lines=tuple(goods),
    )


def _counted_goods(one: _Scene) -> tuple[str, Truth]:
    """Count and price stand on a line of their own, the goods above it."""
    day = one.day()
    goods, lines = [], ["Werkzeug Huber KG", "Bahnhofstraße 40", "80335 München"]
    for name in one.some.sample(("Schrauben 4x40", "Dübel 8mm", "Holzleim", "Pinsel flach"), 3):
        count, price = one.some.randint(2, 5), one.some.randrange(99, 1_200)
        goods.append((name, count * price))
        lines += [name, _wide(f"  {count} x {_comma(price)}", _comma(count * price))]
    total = sum(amount for _, amount in goods)
    tax = _within(total, 1_900)
    lines += [
        _wide("Summe", f"{_comma(total)} €"),
        _wide("enth. MwSt 19%", f"{_comma(tax)} €"),
        f"Belegdatum: {day:%d.%m.%Y}",
    ]
    return "\n".join(lines), Truth(
        merchant="Werkzeug Huber KG",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _discounted(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(FOOD_EN, 3, 6), one.day()
    off = goods[0][1] // 4
    total = sum(amount for _, amount in goods) - off
    lines = ["Meadow Organics", "Unit 3, Station Road", f"Date {day:%d/%m/%Y}"]
    lines += [_wide(text, _point(amount)) for text, amount in goods]
    lines += [
        _wide("Discount 25%", f"-{_point(off)}"),
        _wide("Total to pay GBP", _point(total)),
        _wide("Mastercard", _point(total)),
        "You saved " + _point(off),
    ]
    return "\n".join(lines), Truth(
        merchant="Meadow Organics",
        bought_on=day,
        total_minor=total,
        tax_minor=None,
        currency="GBP",
        lines=(*goods, ("Discount", -off)),
    )


def _fuel_station(one: _Scene) -> tuple[str, Truth]:
    day, litres, price = (
        one.day(),
        one.some.randrange(1_000, 5_500),
        one.some.randrange(1_600, 1_950),
    )
    total = (litres * price + 50_000) // 100_000 * 100 + one.some.randrange(100)
    tax = _within(total, 1_900)
    lines = [
        "TANKHOF NORD",
        "A7 Ausfahrt 23",
        f"{day:%d.%m.%Y} 07:33",
        "Säule 4   Super E10",
        f"{litres // 100},{litres % 100:02d} l   {price // 1000},{price % 1000:03d} EUR/l",
    ]
    lines += [
        _wide("Super E10", f"{_comma(total)} A"),
        _wide("Gesamtbetrag", f"{_comma(total)} EUR"),
        _wide("19,00% MwSt", _comma(tax)),
        _wide("EC-Karte", _comma(total)),
    ]
    return "\n".join(lines), Truth(
        merchant="TANKHOF NORD",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=(("Super E10", total),),
    )


def _mail_order(one: _Scene) -> tuple[str, Truth]:
    goods, day = one.goods(GEAR, 1, 4, cap=9_000), one.day()
    net = sum(amount for _, amount in goods)
    post, tax = 495, _within(net + 495, 2_000)
    name = one.some.choice(("Pixel Pantry", "Northwind Gear", "Paper & Pine"))
    lines = [
        f"From: {name} <orders@shop.example>",
        f"Subject: Your order from {name}",
        f"Date: {day.day} {day:%B} {day.year}",
        "",
        "Hi Sam, thank you for your order!",
        f"Order #{one.some.randrange(10_000, 99_999)}",
        "",
    ]
    lines += [f"{text}   £{_point(amount)}" for text, amount in goods]
    lines += [
        f"Delivery   £{_point(post)}",
        f"Order total: £{_point(net + post)}",
        f"Includes VAT of £{_point(tax)}",
        "Paid with Visa ending 1234",
    ]
    return "\n".join(lines), Truth(
        merchant=name,
        bought_on=day,
        total_minor=net + post,
        tax_minor=tax,
        currency="GBP",
        lines=(*goods, ("Delivery", post)),
    )


def _subscription_mail(one: _Scene) -> tuple[str, Truth]:
    day, amount = one.day(), one.some.randrange(499, 4_999)
    name = one.some.choice(("Cloudberry Storage", "Tempo Music", "Inkwell Pro"))
    lines = [
        f"Subject: Your receipt from {name}",
        f"Invoice date: {day:%B} {day.day}, {day.year}",
        "Next billing date: December 31, 2026",
        "",
        _wide("Monthly plan", f"US${_point(amount)}"),
        _wide("Total charged", f"US${_point(amount)}"),
    ]
    return "\n".join(lines), Truth(
        merchant=name,
        bought_on=day,
        total_minor=amount,
        tax_minor=None,
        currency="USD",
        lines=(("Monthly plan", amount),),
    )


def _german_mail(one: _Scene) -> tuple[str, Truth]:
    day, goods = (
        one.day(),
        one.goods(
            ("Wanderrucksack 28 l", "Trinkflasche", "Stirnlampe", "Kompass"), 1, 3, cap=150_000
        ),
    )
    total = sum(amount for _, amount in goods)
    tax = _within(total, 1_900)
    lines = [
        "Von: Gipfelladen <service@laden.example>",
        "Betreff: Rechnung von Gipfelladen",
        f"Rechnungsdatum: {day:%d.%m.%Y}",
        "Lieferdatum: 01.12.2026",
        "",
    ]
    lines += [_wide(f"1 x {text}", f"{_comma(amount)} €", 60) for text, amount in goods]
    lines += [
        _wide("Rechnungsbetrag", f"{_comma(total)} €", 60),
        _wide("darin enthaltene Umsatzsteuer 19 %", f"{_comma(tax)} €", 60),
    ]
    return "\n".join(lines), Truth(
        merchant="Gipfelladen",
        bought_on=day,
        total_minor=total,
        tax_minor=tax,
        currency="EUR",
        lines=tuple(goods),
    )


def _total_below(one: _Scene) -> tuple[str, Truth]:
    """Labels in one column and amounts in the next, which OCR reads one under the other."""
    goods, day = one.goods(MEALS, 2, 4, cap=1_500), one.day()
    total = sum(amount for _, amount in goods)
    lines = ["Lakeside Kitchen Ltd", f"{day:%d/%m/%Y}"]
    lines += [_wide(text, _point(amount)) for text, amount in goods]
    lines += ["TOTAL", f"£{_point(total)}", "Thank you!"]
    return "\n".join(lines), Truth(
        merchant="Lakeside Kitchen Ltd",
        bought_on=day,
        total_minor=total,
        tax_minor=None,
        currency="GBP",
        lines=tuple(goods),
    )


LAYOUTS: Final[dict[str, tuple[Callable[[_Scene], tuple[str, Truth]], str]]] = {
    "german market": (_german_market, "EUR"),
    "german, two rates": (_german_two_rates, "EUR"),
    "as tesseract read it": (_tesseract_sample, "EUR"),
    "british market": (_british_market, "GBP"),
    "british cafe": (_british_cafe, "GBP"),
    "american market": (_american_market, "USD"),
    "american, cash": (_american_cash, "USD"),
    "french market": (_french_market, "EUR"),
    "spanish market": (_spanish_market, "EUR"),
    "italian market": (_italian_market, "EUR"),
    "dutch market": (_dutch_market, "EUR"),
    "polish market": (_polish_market, "EUR"),
    "swedish market": (_swedish_market, "EUR"),
    "swiss cafe": (_swiss_cafe, "EUR"),
    "japanese shop": (_japanese_shop, "EUR"),
    "kuwaiti shop": (_kuwaiti_shop, "EUR"),
    "counted goods": (_counted_goods, "EUR"),
    "discounted": (_discounted, "GBP"),
    "fuel station": (_fuel_station, "EUR"),
    "mail order": (_mail_order, "GBP"),
    "subscription mail": (_subscription_mail, "EUR"),
    "german mail": (_german_mail, "EUR"),
    "total below": (_total_below, "GBP"),
}

_LIKE: Final = {
    "0": "O",
    "1": "l",
    "5": "S",
    "8": "B",
    "O": "0",
    "l": "1",
    "S": "5",
    "B": "8",
    "I": "l",
}


def scanned(text: str, noise: str, some: random.Random) -> str:
    """Spoil a text as a scan does: letters for figures, gaps, lost accents, dirt, and lines that bend."""
    if noise == "clean":
        return text
    rate = 0.012 if noise == "light" else 0.035
    spoiled = [_spoiled(line, rate, some) for line in text.split("\n")]
    if noise == "heavy":
        spoiled.insert(some.randrange(len(spoiled)), some.choice((". , '", "| _ .", "~ -")))
    return "\n".join(spoiled)


def _spoiled(line: str, rate: float, some: random.Random) -> str:
    out = []
    for char in line:
        luck = some.random()
        if char in _LIKE and luck < rate:
            out.append(_LIKE[char])
        elif char in ".," and luck < rate:
            out.append(some.choice((char + " ", " " + char, "," if char == "." else ".")))
        elif char == " " and luck < rate / 2:
            continue
        elif char.isalpha() and luck < rate / 4:
            out.append(some.choice("aeiounrt"))
        else:
            out.append(char)
    return "".join(out)


def receipts(*, seeds: int, first: int = 0) -> Iterator[Receipt]:
    """Give every layout at every noise, so many times with other goods."""
    for layout, (make, usual) in LAYOUTS.items():
        for noise in NOISES:
            for seed in range(first, first + seeds):
                some = random.Random(f"{layout}/{noise}/{seed}")
                text, truth = make(_Scene(some))
                spoiled = scanned(text, noise, some)
                yield Receipt(layout=layout, noise=noise, text=spoiled, truth=truth, usual=usual)

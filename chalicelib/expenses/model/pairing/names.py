"""How alike two payees are, and the words that tell what kind of movement a row is."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_LEAST_STEM: Final = 3
_SAME: Final = 100
_CUT: Final = 92


def _bag(text: str) -> frozenset[str]:
    return frozenset(text.split())


TRANSFER_WORDS: Final = _bag(
    "transfer xfer tfr trf umbuchung ubertrag uebertrag virement vir transferencia traspaso giroconto bonifico"
    " overboeking overschrijving przelew prevod savings sparen sparkonto epargne ahorro risparmio spaarrekening"
    " topup deposit own eigenes internal giro exchange wise revolut abrechnung settlement kreditkarte"
    " cardpayment autopay spaar livret tagesgeld"
)
REFUND_WORDS: Final = _bag(
    "refund refunded refunds return returned retoure retour rembours remboursement avoir gutschrift erstattung"
    " devolucion reembolso rimborso storno terugbetaling zwrot reversal credit reimbursement chargeback"
    " credited merchandise ruckerstattung"
)
EARNING_WORDS: Final = _bag(
    "salary payroll wages gehalt lohn salaire nomina stipendio salaris interest zinsen interets bonus cashback"
    " dividend dividende rewards reward payout settlement earnings pension rente loan kredit benefit allowance"
    " prize winnings sale sales seller auszahlung"
)

GENERIC_WORDS: Final = _bag(
    "lunch dinner breakfast food groceries coffee snack drinks shopping stuff things misc card cash payment"
    " fuel gas petrol taxi rent bill online gift present ticket tickets household essen mittagessen"
    " einkauf einkaufe kaffee tanken bar karte miete geschenk courses dejeuner cafe essence comida compra"
)
"""What people write down instead of a name."""


@lru_cache(maxsize=8_192)
def alike(first: str, second: str) -> int | None:
    """Say in percent how alike two merchant keys are, or None where one names nobody.

    Banks cut names off and put words around them, so a beginning counts nearly as much as the whole.
    """
    if not first or not second:
        return None
    if first == second:
        return _SAME
    short, long = sorted((first.replace(" ", ""), second.replace(" ", "")), key=len)
    if len(short) > _LEAST_STEM and long.startswith(short):
        return _CUT
    return _by_words(first.split(), second.split())


def _by_words(first: list[str], second: list[str]) -> int:
    if len(first) > len(second):
        first, second = second, first
    weight = sum(map(len, first))
    found = sum(_best(word, second) * len(word) for word in first)
    share = found // weight
    # the first word names the house more often than any later one
    return share if _best(first[0], second[:1]) >= _CUT - 10 else share * 7 // 10


def _best(word: str, others: list[str]) -> int:
    return max((_word(word, other) for other in others), default=0)


def _word(first: str, second: str) -> int:
    if first == second:
        return _SAME
    short, long = sorted((first, second), key=len)
    if len(short) >= _LEAST_STEM and long.startswith(short):
        return _CUT
    return 0

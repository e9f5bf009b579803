"""What an account is, told by the outermost part of its name.

Beancount prescribes five names; hledger's rule for undeclared accounts is in its manual, "Account types".
Ledger prescribes nothing. The words of other languages are those of GnuCash's and Firefly's account charts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.interchange.model.formats.journals.entries import Sort

_WORDS: Final[dict[Sort, str]] = {
    "asset": (
        "asset assets aktiva vermögen vermoegen anlagevermögen umlaufvermögen actif actifs activo activos "
        "attività attivo ativo ativos activa bezittingen aktywa tillgångar 資産 资产 자산"
    ),
    "liability": (
        "liability liabilities debt debts passiva verbindlichkeiten schulden fremdkapital passif passifs dettes "
        "pasivo pasivos passività passivo passivos schuld schulden pasywa zobowiązania skulder 負債 负债 부채"
    ),
    "expense": (
        "expense expenses aufwand aufwendungen ausgaben dépense dépenses depenses charges gasto gastos spese uscite "
        "despesa despesas kosten uitgaven wydatki utgifter 費用 费用 支出 비용"
    ),
    "income": (
        "income incomes revenue revenues ertrag erträge ertraege einnahmen einkommen einkünfte revenu revenus "
        "produits ingreso ingresos entrate redditi receita receitas rendimentos inkomsten opbrengsten przychody "
        "dochody intäkter inkomster 収益 收入 수익"
    ),
    "equity": "equity eigenkapital capitaux patrimonio patrimoine patrimônio capitale vermogen kapitał kapitaly 純資産 权益 자본",
}
_MOST_LEVELS: Final = 30
_SORTS: Final = {word: sort for sort, words in _WORDS.items() for word in words.split()}
_CONVERSION: Final = frozenset(
    {"conversion", "conversions", "trade", "trades", "trading", "currency trading"}
)


def sort_by_name(account: str) -> Sort:
    """Tell what an account is by its name; empty where the name says nothing."""
    top, *below = account.casefold().split(":", 2)
    sort = _SORTS.get(top.strip(), "")
    if below and sort == "equity" and below[0].strip() in _CONVERSION:
        return "conversion"
    return sort


def ancestors(account: str) -> Iterator[str]:
    """Give the accounts above one, the nearest first; of a very deep one only those near the top."""
    names = account.split(":", _MOST_LEVELS)[:-1]
    return (":".join(names[:count]) for count in range(len(names), 0, -1))


class Sorts(dict[str, Sort]):
    """What each account is: as declared for it or an account above, or else by its name."""

    def __init__(self, declared: dict[str, Sort]) -> None:
        super().__init__(declared)

    def __missing__(self, account: str) -> Sort:
        above = next((name for name in ancestors(account) if name in self), "")
        named = sort_by_name(account)
        sort = self[above] if above else named
        if sort == "equity" and named == "conversion":
            sort = named
        self[account] = sort
        return sort

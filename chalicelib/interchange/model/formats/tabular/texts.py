"""Who was paid and what for: the texts of a row, joined from the columns that hold them."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.interchange.model.formats.types import MAX_TEXT, ColumnMap, Row, SharedTexts


def tidy(text: str) -> str:
    """Join lines and runs of blanks to one blank, and drop what cannot be printed."""
    # most texts are tidy: of all blanks only the plain one can be printed
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return "" if text == "/" else text
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text).strip()
    return "" if text == "/" else text  # a slash is how some write "none"


def tidied(row: Row) -> Row:
    """Give a row whose texts were put together from further cells the form that texts have."""
    payee, memo = row.payee, row.memo
    if payee.isprintable() and memo.isprintable() and max(len(payee), len(memo)) <= MAX_TEXT:
        return row
    return row._replace(payee=tidy(payee)[:MAX_TEXT], memo=tidy(memo)[:MAX_TEXT])


def tidy_column(cells: Sequence[str]) -> list[str]:
    """Tidy many texts at once."""
    joined = "\n".join(cells)
    if _is_tidy(joined) and joined.count("\n") == len(cells) - 1 and "/" not in cells:
        return list(cells)
    tidied = [" ".join(cell.split()) for cell in cells]
    if "".join(tidied).isprintable() and "/" not in tidied:
        return tidied
    return [tidy(cell) for cell in cells]


def _is_tidy(lines: str) -> bool:
    """Whether no line has blanks at its ends, two in a row, or anything unprintable."""
    return (
        "  " not in lines
        and "\n " not in lines
        and " \n" not in lines
        and lines[:1] != " "
        and lines[-1:] != " "
        and lines.replace("\n", "").isprintable()
    )


class Texts:
    """Reads payee and memo of whole blocks; `cut` counts what was longer than allowed."""

    __slots__ = ("_fixed", "_memo", "_payee", "_shared", "cut")

    def __init__(self, columns: ColumnMap, *, fixed: bool = False) -> None:
        self._fixed = fixed
        self._payee = columns.payee
        self._memo = columns.memo
        self._shared = SharedTexts()
        self.cut = 0

    def read(self, columns: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
        """Give payee and memo of each row: the first filled text is the payee, the others follow it.

        Columns that are `fixed` are taken by their names instead: a memo never becomes a payee.
        """
        count = len(columns[0])
        payees = [tidy_column(columns[at]) for at in self._payee if at < len(columns)]
        memos = [tidy_column(columns[at]) for at in self._memo if at < len(columns)]
        # The usual tables have one column of each kind, all payees filled: nothing to choose.
        if len(payees) == 1 and len(memos) <= 1 and "" not in payees[0]:
            who = payees[0]
            what = memos[0] if memos else [""] * count
        elif self._fixed:
            who = [next(filter(None, texts), "") for texts in zip(*payees, strict=True)]
            what = [
                " ".join(dict.fromkeys(filter(None, texts))) for texts in zip(*memos, strict=True)
            ]
            who, what = who or [""] * count, what or [""] * count
        elif payees or memos:
            pairs = [_chosen(texts) for texts in zip(*payees, *memos, strict=True)]
            who = [payee for payee, _ in pairs]
            what = [memo for _, memo in pairs]
        else:
            who, what = [""] * count, [""] * count
        return self._shared.share(self._bounded(who)), self._bounded(what)

    def _bounded(self, texts: list[str]) -> list[str]:
        if max(map(len, texts)) <= MAX_TEXT:
            return texts
        self.cut += sum(len(text) > MAX_TEXT for text in texts)
        return [text[:MAX_TEXT] for text in texts]


def _chosen(texts: tuple[str, ...]) -> tuple[str, str]:
    distinct = [text for text in dict.fromkeys(texts) if text]
    return (distinct[0], " ".join(distinct[1:])) if distinct else ("", "")

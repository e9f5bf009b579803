"""What is said about payees, and what it makes of new rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from chalicelib.expenses.model.categories import Override, default_id, merge
from chalicelib.expenses.model.payee_book import (
    Alias,
    KnownPayee,
    Seen,
    aliases_of,
    entries,
    is_silent,
    named,
    placed,
    suggestions,
    with_standing_categories,
)
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.kernel.money import Money

AT = datetime(2026, 11, 2, tzinfo=UTC)


def said(identity: str, **more: object) -> KnownPayee:
    base = KnownPayee(id=identity, version=2, key=identity, created_at=AT, updated_at=AT)
    return replace(base, **more)  # type: ignore[arg-type]


def seen(identity: str, count: int, day: int = 1, key: str = "") -> Seen:
    return Seen(
        id=identity,
        name=identity.title(),
        key=key or identity,
        count=count,
        last_used_on=date(2026, 11, day),
    )


def row(**more: object) -> Transaction:
    one = Transaction(
        id="t",
        version=1,
        account_id="a",
        amount=Money(-1, "EUR"),
        booked_on=date(2026, 11, 2),
        payee="CRNR BKRY 42",
        payee_id="alias",
        notes="",
        filing=Filing(category_id="guess", by="prior", confidence=70),
        source="import",
        created_at=AT,
        updated_at=AT,
    )
    return replace(one, **more)  # type: ignore[arg-type]


def test_an_imported_row_gets_its_payee_and_keeps_what_the_bank_wrote() -> None:
    known = {"alias": said("alias", into="bakery", name="Corner Bakery")}

    one = named(row(), known)

    assert (one.payee, one.payee_id, one.bank_payee) == ("Corner Bakery", "bakery", "CRNR BKRY 42")
    assert one.set_by == {"payee": "rule"}


def test_what_a_person_typed_stays_and_counts_for_the_payee() -> None:
    known = {"alias": said("alias", into="bakery", name="Corner Bakery")}

    one = named(row(source="manual"), known)

    assert (one.payee, one.payee_id, one.bank_payee) == ("CRNR BKRY 42", "bakery", "")
    assert named(row(), {}) == row()


def test_a_payees_category_goes_before_a_guess_and_behind_what_was_said() -> None:
    one = said("alias", category_id="food")

    assert placed(row(), one, lambda _: True).filing == Filing(category_id="food", by="rule")
    assert placed(row(), one, lambda _: False) == row()
    assert placed(row(), None, lambda _: True) == row()
    for by in ("user", "rule"):
        kept = row(filing=Filing(category_id="x", by=by))
        assert placed(kept, one, lambda _: True) == kept


def test_a_payees_category_that_was_merged_means_the_other() -> None:
    food, gone = default_id("food"), default_id("groceries")
    tree = merge(overrides=[Override(gone, archived=True, merged_into=food)])

    known = with_standing_categories(
        {"a": said("a", category_id=gone), "b": said("b", category_id="x"), "c": said("c")}, tree
    )

    assert [one.category_id for one in known.values()] == [food, "x", None]


def test_a_list_counts_aliases_with_their_payee() -> None:
    known = {
        "bakery": said("bakery", name="Corner Bakery", aliases=(Alias(id="alias", text="CRNR"),)),
        "alias": said("alias", into="bakery"),
        "never": said("never", ignored=True),
    }

    found = entries([seen("alias", 2, day=5), seen("bakery", 1), seen("kiosk", 2)], known)

    shown = [(one.id, one.name, one.count, one.last_used_on, one.version) for one in found]
    assert shown == [
        ("bakery", "Corner Bakery", 3, date(2026, 11, 5), 2),
        ("kiosk", "Kiosk", 2, date(2026, 11, 1), 1),
        ("never", "never", 0, None, 2),
    ]


def test_ignored_payees_are_never_suggested() -> None:
    both = [seen("a", 1, key="hello fresh"), seen("b", 2, key="hellofresh")]

    ((one, other, pair),) = suggestions(entries(both, {}))

    assert (one.id, other.id, pair.score) == ("b", "a", 1.0)
    assert suggestions(entries(both, {"a": said("a", key="hello fresh", ignored=True)})) == []


def test_a_silent_payee_is_known_by_any_of_its_names() -> None:
    known = [said("alias", into="bakery", learn=False)]

    assert is_silent("bakery", known)
    assert is_silent("alias", known)
    assert not is_silent("kiosk", known)


def test_texts_that_come_to_one_name_are_one_alias() -> None:
    assert aliases_of(["A", "a ", "B"], ["1", "1", "2"]) == (
        Alias(id="1", text="A"),
        Alias(id="2", text="B"),
    )

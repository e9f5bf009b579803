"""`make demo-import` and `make demo` as a newcomer types them: what is printed, and what is said when it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import demo, demo_import
from local.rest import PASSWORD
from tests.journeys.product import ACCOUNTS, IMPORTS, Product, log_in

pytestmark = pytest.mark.journey

CSV = """Date,Description,Amount
2026-02-01,Corner Bakery,-4.20
2026-02-03,Employer,2150.00
2026-03-01,Corner Bakery,-5.10
2026-03-02,Nonsense,1e400
"""
OFX = "ofx/asgrim+ofxparser/fixtures__ofx-multiple-accounts-xml.ofx"


@dataclass(slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    def months(self) -> dict[str, str]:
        """The months that were printed, with their totals."""
        return dict(re.findall(r"^(\d{4}-\d\d) (?:.*\n)+?  total +(.+)$", self.out, re.MULTILINE))


Command = Callable[..., Said]


@pytest.fixture
def imports(product: Product, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(path: Path, *more: str, url: str = "") -> Said:
        code = demo_import.main([str(path), "--url", url or product.base, *more])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run


def _file(folder: Path, text: str) -> Path:
    path = folder / "statement.csv"
    path.write_text(text)
    return path


def test_a_statement_is_imported_and_its_months_are_summed(
    imports: Command, tmp_path: Path
) -> None:
    said = imports(_file(tmp_path, CSV))

    assert (said.code, said.err) == (0, "")
    assert "rows        4, 1 with problems" in said.out
    assert "line 5: “1e400” is not an amount." in said.out
    assert "100%" in said.out
    assert "imported    3 new, 0 known already" in said.out
    totals = {month: line.split() for month, line in said.months().items()}
    assert totals == {"2026-02": ["4.20", "2150.00", "2"], "2026-03": ["5.10", "-", "1"]}


def test_a_file_of_several_accounts_fills_an_account_for_each(
    imports: Command, product: Product, statements: Path
) -> None:
    said = imports(statements / OFX)

    assert (said.code, said.err) == (0, "")
    assert "imported    3 new" in said.out
    (email,) = re.findall(r"demo-\w+@xpense\.local", said.out)
    person = log_in(product, email, PASSWORD)
    accounts = person.every(ACCOUNTS)
    assert sorted(one["entries"] for one in accounts) == [1, 2]
    assert {one["currency"] for one in accounts} == {"GBP"}
    assert len(person.every(IMPORTS)) == 1

    again = imports(statements / OFX, "--email", email)
    assert (again.code, again.err) == (0, "")
    assert "signed in" in again.out


def test_what_cannot_be_imported_is_said_in_a_line(imports: Command, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    empty = imports(_file(tmp_path, ""))
    prose = imports(_file(tmp_path, "Dear bank,\n"))
    hopeless = imports(_file(tmp_path, "Date,Description,Amount\n2026-02-01,Shop,NaN\n"))
    answers = {
        "no file": imports(tmp_path / "absent.csv"),
        "a folder": imports(tmp_path),
        "empty": empty,
        "prose": prose,
        "no good row": hopeless,
        "nobody there": imports(_file(tmp_path, CSV), url=nowhere),
        "no such person": imports(_file(tmp_path, CSV), "--email", "nobody@xpense.local"),
        "no such currency": imports(_file(tmp_path, CSV), "--currency", "QQQ"),
    }

    codes = {name: said.code for name, said in answers.items()}
    assert codes == {name: 2 if name in {"no file", "a folder"} else 1 for name in answers}
    for name, said in answers.items():
        assert len(said.err.splitlines()) == 1, (name, said.err)
    assert "make run" in answers["nobody there"].err
    assert "EntityTooSmall" in empty.err
    assert "not-a-statement" in prose.err
    assert "nothing to import" in hopeless.err


def test_the_demo_person_has_two_years_and_is_made_once(
    product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--url", product.base]) == 0
    first = capsys.readouterr().out
    assert demo.main(["--url", product.base]) == 0
    again = capsys.readouterr().out

    assert demo.EMAIL in first
    assert re.findall(r"(\d+) rows new, +(\d+) known", again) == [
        ("0", new) for new, _ in re.findall(r"(\d+) rows new, +(\d+) known", first)
    ]
    person = log_in(product, demo.EMAIL, PASSWORD)
    assert {one["name"] for one in person.every(ACCOUNTS)} == {"Girokonto", "Sparkonto"}
    assert len(person.every("/v1/expenses/transactions", q="kind:transfer")) >= 20
    for query in ("is:split", "status:pending", "has:refund", "tag:urlaub"):
        assert person.get("/v1/expenses/transactions", q=query)["items"], query
    for made in ("rules", "recurring"):
        assert len(person.every(f"/v1/expenses/{made}")) == 1
    trends = person.get("/v1/analytics/trends", months=24)
    (euro,) = trends["currencies"]
    assert sum(line["count"] > 20 for line in euro["months"]) >= 23

"""What an operator types: the way of a request through all services, who takes what, and dead letters back to work."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from local import fetch
from local.errors import EngineUnavailable
from tests.journeys.product import ACCOUNTS, Person, Product, serve, sign_up, until
from tools import dlq, logs, meter
from tools.stages import LOCAL, Stage

pytestmark = pytest.mark.journey
INBOX = "expenses-inbox"


@pytest.fixture(scope="module", name="product")
def kept_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    try:
        fetch.dynoxide()
    except EngineUnavailable as reason:
        pytest.skip(f"nothing is kept without the durable engine: {reason}")
    folder = tmp_path_factory.mktemp("operated")
    product = serve(folder, data_dir=folder / "data")
    yield product
    product.stop()


@pytest.fixture(scope="module", name="person")
def somebody(product: Product) -> Person:
    return sign_up(product, "ops@example.org", "seven quiet horses by the river")


def place(product: Product) -> list[str]:
    return ["--data-dir", str(folder_of(product)), "--port", product.base.rpartition(":")[2]]


def folder_of(product: Product) -> Path:
    assert product.data_dir is not None
    return product.data_dir


def typed(main: Any, *words: str) -> tuple[int, str]:
    """Run a command as its users do, and give its code and what it printed."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = main(list(words))
    return code, out.getvalue()


def test_a_request_is_followed_through_all_services(product: Product, person: Person) -> None:
    account = person.account(name="Purse of secrets")
    body = {
        "account_id": account,
        "amount": {"amount": "-1.00", "currency": "EUR"},
        "booked_on": "2026-01-01",
        "payee": "Secret shop",
    }
    answer = person.call("POST", "/v1/expenses/transactions", body)
    product.settle()

    code, said = typed(logs.main, "--about", answer.headers["x-request-id"], *place(product))

    assert code == 0
    assert "expenses.create_transaction" in said
    assert "expenses.transaction_recorded.v1" in said
    assert "ecret" not in said
    code, said = typed(logs.main, "--about", "no-such-id", *place(product))
    assert (code, said.partition(" since")[0]) == (0, "no such line")
    code, told = typed(logs.main, "--service", "users", "--json", *place(product))
    assert {json.loads(line)["operation"].split(".")[0] for line in told.splitlines()} == {"users"}


def test_what_an_owner_takes_is_summed(product: Product, person: Person) -> None:
    person.get(ACCOUNTS)
    me = person.get("/v1/users/me")["id"]

    code, said = typed(meter.main, "--by", "owner", *place(product))

    assert code == 0
    (row,) = [line.split() for line in said.splitlines() if line.endswith(f"U#{me}")]
    count, failed, _, calls, reads, _, _ = (float(cell) for cell in row[:7])
    assert count >= 4
    assert failed == 0
    assert calls >= count
    assert reads > 0
    assert "expenses.list_accounts" in typed(meter.main, *place(product))[1]


def test_a_dead_letter_is_seen_sent_again_and_dropped(product: Product) -> None:
    stage = Stage(LOCAL, folder_of(product), product.base)
    sqs = stage.client("sqs")
    queues = dlq.Queues(stage)
    sqs.send_message(
        QueueUrl=queues.url(f"{INBOX}-dead"),
        MessageBody='{"secret": "body"}',
        MessageAttributes={"reason": {"DataType": "String", "StringValue": "made-up"}},
    )

    assert f"     1  {INBOX}\n" in typed(dlq.main, *place(product))[1]
    code, said = typed(dlq.main, "show", INBOX, *place(product))
    assert (code, "made-up" in said, "body" in said) == (0, True, False)
    # looking hides nothing: it is there for the next one
    assert typed(dlq.main, "show", INBOX, *place(product))[0] == 0

    assert typed(dlq.main, "redrive", INBOX, *place(product))[0] == 0
    until(lambda: queues.dead()[INBOX] == 1, "the letter is dead again")
    code, said = typed(dlq.main, "show", INBOX, *place(product))
    assert (code, "made-up" in said, "undecodable-message" in said) == (0, False, True)

    (letter,) = queues.letters(INBOX)
    queues.put_back(INBOX, letter)
    assert typed(dlq.main, "drop", INBOX, "--id", "another", *place(product))[0] == 1
    assert typed(dlq.main, "drop", INBOX, "--id", letter.id, *place(product))[0] == 0
    assert queues.dead()[INBOX] == 0


def test_a_data_key_is_replaced_while_its_owner_goes_on(product: Product, person: Person) -> None:
    name = person.get("/v1/users/me")["id"]
    here = ["--local", product.base, "--data-dir", str(folder_of(product))]

    def rotate(owner: str) -> tuple[int, str]:
        answer = subprocess.run(
            [sys.executable, "-m", "tools.rotate_key", "--owner", owner, *here],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return answer.returncode, answer.stdout + answer.stderr

    assert rotate(f"U#{name}")[0] == 0
    again = rotate(f"U#{name}")
    assert (again[0], "under way" in again[1]) == (1, True)
    assert rotate("U#01a223da-b00a-70f1-8a46-ec34bdebad51")[0] == 1
    assert rotate("nobody")[0] == 1
    assert person.get("/v1/users/me")["email"] == "ops@example.org"


@pytest.mark.parametrize("words", [["show"], ["drop", INBOX]])
def test_a_command_that_is_not_whole_says_what_is_missing(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        typed(dlq.main, *words)
    assert left.value.code == 2


def test_without_a_product_a_command_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        typed(dlq.main, "--data-dir", str(tmp_path / "nowhere"))
    assert left.value.code == 2

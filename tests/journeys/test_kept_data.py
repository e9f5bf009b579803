"""What the product keeps on the disk: everything across a stop, and nothing of a person in clear.

The data directory of a product that was used with marked texts is searched byte by byte, and so is
every line that it wrote at the most talkative log level. The mailbox (table `mails` of `cloud.sqlite`) is left out:
mails hold the address and the verification link by design, and it does not exist in the cloud.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import pytest

from local import fetch
from local.errors import EngineUnavailable
from tests.journeys.product import (
    ACCOUNTS,
    CATEGORIES,
    IMPORTS,
    RULES,
    SPENDING,
    TRANSACTIONS,
    TRENDS,
    Person,
    log_in,
    mails_to,
    serve,
    sign_up,
    token_in,
)

pytestmark = pytest.mark.journey

ROWS: Final = 300
MARK: Final = "Zyxwvutsrqponmlkj"
"""Long, because a short one turns up by chance in the base64 of what is sealed."""
EMAIL: Final = f"{MARK}-mail@example.org"
PASSWORD: Final = "seven quiet Qponmlk by the river"
AMOUNT: Final = "918273.64"
"""Money lies in the tables in clear, by design, but never in a log."""
TEXTS: Final = {
    name: f"{MARK}-{name}"
    for name in (
        "display",
        "account",
        "category",
        "rule",
        "condition",
        "old-payee",
        "payee",
        "notes",
        "filename",
        "row-payee",
        "row-memo",
        "bad-row",
        "bad-request",
        "agent",
        "old-category",
    )
}
READS: Final = (
    "/v1/users/me",
    "/v1/users/me/sessions",
    f"{ACCOUNTS}?limit=200",
    f"{CATEGORIES}?limit=200",
    f"{RULES}?limit=200",
    f"{TRANSACTIONS}?limit=200",
    f"{TRANSACTIONS}?from=2026-01-01&to=2026-01-01",
    f"{IMPORTS}?limit=200",
    f"{SPENDING}?month=2026-01",
    f"{TRENDS}?until=2026-03&months=3",
)


def _reads(import_id: str) -> list[str]:
    return [*READS, f"{IMPORTS}/{import_id}", f"{IMPORTS}/{import_id}/rows?only=problems"]


@dataclass(slots=True)
class Kept:
    """A data directory after a good deal of use, when the product was stopped."""

    data_dir: Path
    folder: Path
    base: str
    said: str
    code: int
    tokens: dict[str, str]
    bodies: set[str]
    answers: dict[str, Any]
    person: Person
    import_id: str
    form: dict[str, Any]


@dataclass(slots=True)
class Tap:
    """Reads the queues' messages out of the store while the product works; they are deleted when done."""

    file: Path
    bodies: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join()

    def _run(self) -> None:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as db:
            while not self._over.wait(0.005):
                rows = db.execute("SELECT body || ' ' || attributes FROM messages").fetchall()
                self.bodies.update(row[0] for row in rows)


def _statement() -> bytes:
    rows = [
        f"2026-0{place % 3 + 1}-{place % 28 + 1:02d},-{place + 1}.00,"
        f"{TEXTS['row-payee']} {place},{TEXTS['row-memo']} {place}"
        for place in range(ROWS)
    ]
    bad = f"2026-01-01,{TEXTS['bad-row']},{TEXTS['row-payee']},{TEXTS['row-memo']}"
    return "\n".join(["Date,Amount,Payee,Memo", *rows, bad]).encode()


def _use(person: Person) -> tuple[str, dict[str, Any]]:
    """Put a mark into every field that takes a person's text, and into requests that are refused."""
    account = person.account(name=TEXTS["account"])
    category = person.post(CATEGORIES, {"name": TEXTS["old-category"], "kind": "expense"})["id"]
    renamed = person.call("PATCH", f"{CATEGORIES}/{category}", {"name": TEXTS["category"]})
    assert renamed.status == 200
    when = {"field": "payee", "operator": "contains", "value": TEXTS["condition"]}
    then = {"category_id": category, "notes": TEXTS["notes"]}
    person.post(RULES, {"name": TEXTS["rule"], "when": when, "then": then})
    money = {"amount": f"-{AMOUNT}", "currency": "EUR"}
    body = {"account_id": account, "amount": money, "booked_on": "2026-01-01"}
    made = person.post(TRANSACTIONS, {**body, "payee": TEXTS["old-payee"], "notes": TEXTS["notes"]})
    patch = {"payee": TEXTS["payee"], "category_id": category}
    person.change(f"{TRANSACTIONS}/{made['id']}", patch)

    _be_refused(person, body)
    job = person.read(account, _statement(), f"{TEXTS['filename']}.csv")
    person.commit(job["id"])
    open_form = person.start(account, f"{TEXTS['filename']}-2.csv")["upload"]
    person.post("/v1/notifications/ws-ticket", None, 200)
    return job["id"], open_form


def _be_refused(person: Person, body: dict[str, Any]) -> None:
    text = TEXTS["bad-request"]
    wrong = person.password + "!"
    answers = [
        person.call("POST", TRANSACTIONS, {**body, "payee": text * 200}),
        person.call("POST", TRANSACTIONS, {**body, text: text}),
        person.call("POST", ACCOUNTS, {"name": text, "kind": text, "currency": text}),
        person.call("POST", ACCOUNTS, raw=f'{{"name": "{text}"'.encode()),
        person.call("GET", TRANSACTIONS, query={text: text}),
        person.call("GET", f"/v1/expenses/{text}"),
        person.call("GET", f"{ACCOUNTS}/{text}"),
        person.call("GET", TRANSACTIONS, query={"cursor": text}),
        person.product.call("POST", "/v1/users/login", {"email": EMAIL, "password": wrong}),
        person.product.call("POST", "/v1/users/register", {"email": text, "password": PASSWORD}),
        person.product.call("POST", "/v1/users/register", {"email": EMAIL, "password": text}),
        person.product.call("POST", "/v1/users/verify-email", {"token": text}),
        person.product.call("GET", "/v1/users/me", headers={"Authorization": f"Bearer {text}"}),
    ]
    assert {one.status for one in answers} <= {400, 401, 404, 422}
    again = {"email": EMAIL, "password": PASSWORD + " again"}
    assert person.product.call("POST", "/v1/users/register", again).status == 202


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Use a product that keeps its data, then stop it as Ctrl-C would."""
    try:
        fetch.dynoxide()
    except EngineUnavailable as reason:
        pytest.skip(f"nothing is kept without the durable engine: {reason}")
    folder = tmp_path_factory.mktemp("kept")
    data_dir = folder / "data"
    product = serve(folder, data_dir=data_dir, level="DEBUG")
    try:
        with Tap(data_dir / "cloud.sqlite") as tap:
            person = sign_up(product, EMAIL, PASSWORD, display_name=TEXTS["display"])
            person.tokens = log_in(product, EMAIL, PASSWORD, agent=TEXTS["agent"]).tokens
            import_id, form = _use(person)
            product.settle()
        answers = {path: person.call("GET", path).json for path in _reads(import_id)}
        mails = mails_to(product, EMAIL)
        tokens = {
            "access": person.tokens["access_token"].rsplit(".", 1)[1],
            "refresh": person.tokens["refresh_token"],
            "verification": token_in(mails[-1]),
        }
        product.check()
    finally:
        code = product.stop()
    return Kept(
        data_dir=data_dir,
        folder=folder,
        base=product.base,
        said=product.said(),
        code=code,
        tokens=tokens,
        bodies=tap.bodies,
        answers=answers,
        person=person,
        import_id=import_id,
        form=form,
    )


# --- nothing of a person in clear


def _forms(text: str) -> tuple[list[bytes], list[bytes]]:
    """Write a text in each way in which storage may keep it unsealed: in any case, and in base64."""
    raw = text.encode()
    any_case = [one.lower() for one in (raw, text.encode("utf-16-le"), raw.hex().encode())]
    exact = []
    for written in {raw, raw.lower(), raw.upper()}:
        for shift in range(3):
            # the middle of the text in base64, wherever it begins within a group of three bytes
            whole = base64.b64encode(bytes(shift) + written)
            exact.append(whole[4 : len(whole) - 4])
    assert min(map(len, exact)) >= 16, f"{text} is too short to be told from chance"
    return any_case, exact


def _holders(paths: list[Path], text: str) -> list[str]:
    """Name the files that hold a text in any form and case."""
    any_case, exact = _forms(text)
    return [path.name for path in paths if _holds(path.read_bytes(), any_case, exact)]


def _holds(data: bytes, any_case: list[bytes], exact: list[bytes]) -> bool:
    lower = data.lower()
    return any(one in lower for one in any_case) or any(one in data for one in exact)


def _files(kept: Kept) -> list[Path]:
    return sorted(path for path in kept.data_dir.rglob("*") if path.is_file())


def test_the_search_finds_a_text_in_whatever_form(tmp_path: Path) -> None:
    kept = {
        "plain": b"x" + MARK.upper().encode() + b"y",
        "wide": f"ab{MARK}".encode("utf-16-le"),
        "hex": MARK.encode().hex().upper().encode(),
        **{f"base64 {n}": base64.b64encode(b"-" * n + EMAIL.encode()) for n in range(4)},
    }
    for name, data in kept.items():
        (tmp_path / name).write_bytes(data)

    found = _holders(sorted(tmp_path.iterdir()), MARK)

    assert found == sorted(kept)


def test_the_marks_were_really_stored(kept: Kept) -> None:
    answered = json.dumps(kept.answers, ensure_ascii=False)
    missing = [name for name, text in TEXTS.items() if text not in answered]
    assert set(missing) == {"bad-request", "old-category", "old-payee"}
    assert EMAIL.lower() in answered.lower()
    assert AMOUNT in answered
    assert {"tables.sqlite", "cloud.sqlite"} <= {path.name for path in _files(kept)}
    assert any(path.parent.parent.name == "objects" for path in _files(kept))
    # what may be seen is found, so what is not found is not there
    assert "cloud.sqlite" in _holders(_files(kept), EMAIL)
    minor = AMOUNT.replace(".", "").encode()
    assert any("tables" in path.name for path in _files(kept) if minor in path.read_bytes())


def test_no_file_holds_a_persons_text_in_clear(kept: Kept) -> None:
    mailbox = [path for path in _files(kept) if path.name.startswith("cloud.sqlite")]
    others = [path for path in _files(kept) if path not in mailbox]

    assert _holders(others, MARK) == []
    assert _holders(others, PASSWORD) == []
    for name, text in TEXTS.items():
        assert _holders(mailbox, text) == [], name
    assert _holders(mailbox, PASSWORD) == []
    with closing(sqlite3.connect(kept.data_dir / "cloud.sqlite")) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        assert {"mails", "messages", "objects"} <= tables
        for table in tables - {"mails"}:
            rows = repr(db.execute(f'SELECT * FROM "{table}"').fetchall())  # noqa: S608
            assert MARK.lower() not in rows.lower(), table


def test_stored_statements_are_more_than_packed(kept: Kept) -> None:
    for path in _files(kept):
        if path.parent.parent.name == "objects":
            for window in (15, -15, 31):
                with pytest.raises(zlib.error):
                    zlib.decompress(path.read_bytes(), window)


def test_no_table_holds_a_token_that_would_open_anything(kept: Kept) -> None:
    tables = [path for path in _files(kept) if path.name.startswith("tables.sqlite")]
    assert tables
    for name, token in kept.tokens.items():
        assert _holders(tables, token) == [], name
        assert _holders(tables, token[-40:]) == [], name


def test_no_message_carries_a_persons_text(kept: Kept) -> None:
    told = " ".join(kept.bodies)
    for kind in ("expenses.import_rows.v1", "expenses.transactions_imported.v1"):
        assert kind in told
    assert MARK.lower() not in told.lower()
    for token in kept.tokens.values():
        assert token not in told


def test_no_line_of_the_log_tells_about_a_person(kept: Kept) -> None:
    assert "ready http" in kept.said
    assert MARK.lower() not in kept.said.lower()
    assert PASSWORD.lower() not in kept.said.lower()
    assert AMOUNT not in kept.said
    assert AMOUNT.replace(".", "") not in kept.said
    for name, token in kept.tokens.items():
        assert token not in kept.said, name


# --- everything across a stop


@pytest.fixture(scope="module")
def again(kept: Kept) -> Iterator[Person]:
    """The same person at the same data, after the product was started again."""
    assert kept.code == 0
    # on the same port, because the address is who issued the tokens
    product = serve(kept.folder, data_dir=kept.data_dir, port=int(kept.base.rsplit(":", 1)[1]))
    try:
        kept.person.product = product
        yield kept.person
        product.check()
    finally:
        code = product.stop()
    assert code == 0


def test_after_a_stop_everything_is_there_and_nobody_was_signed_out(
    kept: Kept, again: Person
) -> None:
    assert {path: again.call("GET", path).json for path in kept.answers} == kept.answers
    assert "stopping" in kept.said.splitlines()[-1]
    health = again.product.health()
    assert health["status"] == "ok"
    assert not any(health["dead_letters"].values())


def test_after_a_stop_the_same_file_still_adds_nothing(kept: Kept, again: Person) -> None:
    account = again.get(f"{IMPORTS}/{kept.import_id}")["account_id"]

    job = again.read(account, _statement())

    assert job["same_file"] == kept.import_id
    assert again.commit(job["id"])["result"] == {"recorded": 0, "duplicates": ROWS}


def test_an_upload_that_was_open_can_be_used_until_it_expires(kept: Kept, again: Person) -> None:
    expired = _signed(kept, kept.form, {"expiration": "2020-01-01T00:00:00Z"})

    status, said = again.product.upload(expired, _statement())
    assert (status, "Policy expired" in said) == (403, True)
    assert again.product.upload(kept.form, _statement())[0] == 204

    newest = again.get(IMPORTS, limit=10)["items"]
    job = next(one for one in newest if one["filename"] == f"{TEXTS['filename']}-2.csv")
    assert again.wait(job["id"], "ready", "failed")["counts"]["importable"] == ROWS


def _signed(kept: Kept, form: dict[str, Any], changes: dict[str, str]) -> dict[str, Any]:
    """Change a form's policy and sign it anew with the cloud's own key, as only the product could."""
    fields = dict(form["fields"])
    document = json.loads(base64.b64decode(fields["policy"])) | changes
    fields["policy"] = base64.b64encode(json.dumps(document).encode()).decode()
    secret = json.loads((kept.data_dir / "credentials.json").read_text())["secret"]
    _, *scope = fields["x-amz-credential"].split("/")
    key = f"AWS4{secret}".encode()
    for part in (*scope, fields["policy"]):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    fields["x-amz-signature"] = key.hex()
    return {**form, "fields": fields}

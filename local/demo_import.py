"""The product's main job on a file of yours: sign up, upload, preview, commit, and see what it sums to."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import Any, Final

from local.rest import PASSWORD, Rest, Trouble

_WIDTH: Final = 32
_SHOWN: Final = 10
_MONTHS: Final = 24
_KINDS: Final = {"card": "card", "investment": "asset"}
_NAMES: Final = "/v1/expenses/accounts"
_IMPORTS: Final = "/v1/interchange/imports"
_ANY: Final = {"If-Match": "*"}
Json = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Walk from sign-up to sums with one file; exit 1 when it is refused, 2 when there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--currency", default="", help="of the account; else what the file says, else EUR"
    )
    parser.add_argument("--email", default="", help="an existing demo user; else a new one")
    given = parser.parse_args(arguments)
    if not given.file.is_file():
        print(f"there is no file {given.file}", file=sys.stderr)
        return 2
    rest = Rest(given.url)
    try:
        _enter(rest, given.email)
        _walk(rest, given.file, given.currency.upper())
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        rest.close()
    return 0


def _enter(rest: Rest, email: str) -> None:
    if email:
        rest.log_in(email)
        print(f"signed in   {email}")
    else:
        email = f"demo-{secrets.token_hex(4)}@xpense.local"
        rest.sign_up(email)
        print(f"signed up   {email}, mail verified; the password is: {PASSWORD}")


def _walk(rest: Rest, path: Path, currency: str) -> None:
    chosen = currency or "EUR"
    preview = _preview(rest, path, chosen)
    found = {one["currency"] for one in preview["statements"] if one["currency"]}
    if not currency and len(found) == 1 and found != {chosen}:
        _forget(rest, preview)
        chosen = found.pop()
        preview = _preview(rest, path, chosen)
    if preview["state"] == "failed":
        problem = preview["problem"]
        raise Trouble(f"refused     {problem['slug']}: {problem['detail']}")
    _show_preview(rest, preview)
    if not preview["counts"]["importable"]:
        raise Trouble("nothing to import")
    done = _commit(rest, preview, chosen)
    result = done["result"]
    print(f"imported    {result['recorded']} new, {result['duplicates']} known already")
    _show_sums(rest)


def _preview(rest: Rest, path: Path, currency: str) -> Json:
    name = f"{path.stem[:60] or 'Account'} {currency}"
    body = {"account_id": _account(rest, name, "", currency), "filename": path.name[-100:]}
    job = rest.call("POST", _IMPORTS, body)
    rest.upload(job["upload"], path)
    ready: Json = rest.wait_for(f"{_IMPORTS}/{job['id']}", "ready", "failed")
    return ready


def _account(rest: Rest, name: str, kind: str, currency: str) -> str:
    body = {"name": name, "kind": _KINDS.get(kind, "bank"), "currency": currency}
    return str(rest.call("POST", _NAMES, body)["id"])


def _forget(rest: Rest, preview: Json) -> None:
    """Undo a preview that was made for the wrong currency."""
    rest.call("DELETE", f"{_IMPORTS}/{preview['id']}")
    rest.call("DELETE", f"{_NAMES}/{preview['account_id']}", headers=_ANY)


def _show_preview(rest: Rest, preview: Json) -> None:
    counts = preview["counts"]
    print(f"recognised  {preview['format']} {preview['dialect'] or ''} ({preview['encoding']})")
    for column in preview["columns"]:
        print(f"  {column['field']:<12} column {column['index'] + 1} {column['name']}")
    for note in preview["notes"][:_SHOWN]:
        place = f"line {note['line']}: " if note["line"] else ""
        print(f"  note: {place}{note['detail']}")
    print(f"rows        {counts['rows']}, {counts['problems']} with problems")
    if not counts["problems"]:
        return
    path = f"{_IMPORTS}/{preview['id']}/rows"
    page = rest.call("GET", path, query={"only": "problems", "limit": _SHOWN})
    for row in page["items"]:
        reasons = "; ".join(problem["detail"] for problem in row["problems"])
        print(f"  line {row['line']}: {reasons}")


def _commit(rest: Rest, preview: Json, currency: str) -> Json:
    path = f"{_IMPORTS}/{preview['id']}"
    rest.call("POST", f"{path}/commit", _mapping(rest, preview, currency))
    last: Json = {}
    for last in rest.watch(path, "done", "failed"):
        _bar(last["progress"]["done"], last["progress"]["total"])
    print()
    if last["state"] == "failed":
        raise Trouble(f"stopped     {last['problem']['slug']}: {last['problem']['detail']}")
    return last


def _mapping(rest: Rest, preview: Json, currency: str) -> Json:
    """Say where each statement goes: a file of several accounts fills several accounts."""
    filled = [one for one in preview["statements"] if one["rows"]]
    if len(filled) == 1:
        return {}
    accounts: dict[str, str] = {}
    for one in filled:
        place, code = str(one["index"]), one["currency"]
        name = f"{one['kind'] or 'Account'} {one['last4'] or place} {code}"
        if code == currency and preview["account_id"] not in accounts.values():
            accounts[place] = preview["account_id"]
            rest.call("PATCH", f"{_NAMES}/{accounts[place]}", {"name": name}, headers=_ANY)
        else:
            accounts[place] = _account(rest, name, one["kind"], code)
        print(f"  {one['rows']} rows into {name}")
    return {"accounts": accounts}


def _bar(done: int, total: int) -> None:
    share = done / total if total else 1.0
    filled = round(share * _WIDTH)
    print(
        f"\rimporting   [{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%}", end="", flush=True
    )


def _show_sums(rest: Rest) -> None:
    """Print the months of the last two years that there are, once the sums have followed the rows."""
    rest.settle()
    newest = rest.call("GET", "/v1/expenses/transactions", query={"limit": 1})["items"]
    if not newest:
        return
    query = {"months": _MONTHS, "until": newest[0]["booked_on"][:7]}
    trends = rest.call("GET", "/v1/analytics/trends", query=query)
    counted = (line for one in trends["currencies"] for line in one["months"] if line["count"])
    for month in sorted({line["month"] for line in counted}):
        report = rest.call("GET", "/v1/analytics/spending", query={"month": month})
        for currency in report["currencies"]:
            _table(month, currency)


def _table(month: str, sums: Json) -> None:
    code = sums["currency"]
    print(f"\n{month} {code:<32}{'spent':>16}{'received':>16}{'rows':>7}")
    for line in sums["categories"]:
        name = (line["name"] or "Uncategorised")[:38]
        print(f"  {name:<38}{_pair(line['expense'], line['income'])}{line['count']:>7}")
    print(f"  {'total':<38}{_pair(sums['expense'], sums['income'])}{sums['count']:>7}")
    moved = _pair(sums["transfers_out"], sums["transfers_in"])
    if moved.strip(" -"):
        print(f"  {'between own accounts':<38}{moved}")


def _pair(left: Json, right: Json) -> str:
    return "".join(f"{_amount(one['amount']):>16}" for one in (left, right))


def _amount(text: str) -> str:
    return text if text.strip("-0.") else "-"


if __name__ == "__main__":
    sys.exit(main())

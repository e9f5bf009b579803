"""The product's main job on a file of yours: sign up, upload, preview, commit, and see what it sums to."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import Any, Final

from local.rest import Refused, Rest

_WIDTH: Final = 32
_SHOWN_PROBLEMS: Final = 10
_MOST_MONTHS: Final = 24


def main(arguments: list[str] | None = None) -> int:
    """Walk from sign-up to sums with one file; exit 1 when the file is refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--currency", default="", help="of the account; else what the file says, else EUR"
    )
    parser.add_argument("--email", default="", help="an existing demo user; else a new one")
    given = parser.parse_args(arguments)
    rest = Rest(given.url)
    try:
        _enter(rest, given.email)
        return _walk(rest, given.file, given.currency.upper())
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1


def _enter(rest: Rest, email: str) -> None:
    if email:
        rest.log_in(email)
        print(f"signed in   {email}")
    else:
        email = f"demo-{secrets.token_hex(4)}@xpense.local"
        rest.sign_up(email)
        print(f"signed up   {email}, mail verified")


def _walk(rest: Rest, path: Path, currency: str) -> int:
    preview = _preview(rest, path, currency or "EUR")
    found = {one["currency"] for one in preview["statements"] if one["currency"]}
    if not currency and len(found) == 1 and found != {"EUR"}:
        preview = _preview(rest, path, found.pop())
    if preview["state"] == "failed":
        problem = preview["problem"]
        print(f"refused     {problem['slug']}: {problem['detail']}")
        return 1
    _show_preview(rest, preview)
    if not preview["counts"]["importable"]:
        print("nothing to import")
        return 1
    done = _commit(rest, preview)
    result = done["result"] or {}
    print(
        f"imported    {result.get('recorded', 0)} new, {result.get('duplicates', 0)} known already"
    )
    _show_sums(rest)
    return 0


def _preview(rest: Rest, path: Path, currency: str) -> Any:  # noqa: ANN401 - JSON
    account = rest.call(
        "POST",
        "/v1/expenses/accounts",
        {"name": f"{path.stem[:60] or 'Account'} {currency}", "kind": "bank", "currency": currency},
    )
    job = rest.call(
        "POST",
        "/v1/interchange/imports",
        {"account_id": account["id"], "filename": path.name[-100:]},
    )
    rest.upload(job["upload"], path)
    return rest.wait_for(f"/v1/interchange/imports/{job['id']}", "ready", "failed")


def _show_preview(rest: Rest, preview: dict[str, Any]) -> None:
    counts = preview["counts"]
    print(f"recognised  {preview['format']} {preview['dialect'] or ''} ({preview['encoding']})")
    print(f"rows        {counts['rows']}, {counts['problems']} with problems")
    if not counts["problems"]:
        return
    path = f"/v1/interchange/imports/{preview['id']}/rows"
    page = rest.call("GET", path, query={"only": "problems", "limit": _SHOWN_PROBLEMS})
    for row in page["items"]:
        reasons = "; ".join(problem["detail"] for problem in row["problems"])
        print(f"  line {row['line']}: {reasons}")


def _commit(rest: Rest, preview: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/interchange/imports/{preview['id']}"
    rest.call("POST", f"{path}/commit", {})
    last: dict[str, Any] = {}
    for last in rest.watch(path, "done", "failed"):
        _bar(last["progress"]["done"], last["progress"]["total"])
    print()
    if last["state"] == "failed":
        raise Refused(409, last["problem"] or {})
    return last


def _bar(done: int, total: int) -> None:
    share = done / total if total else 1.0
    filled = round(share * _WIDTH)
    print(
        f"\rimporting   [{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%}", end="", flush=True
    )


def _show_sums(rest: Rest) -> None:
    page = rest.call("GET", "/v1/expenses/transactions", query={"limit": 200})
    months = sorted({item["booked_on"][:7] for item in page["items"]})
    for month in months[-_MOST_MONTHS:]:
        report = rest.call("GET", "/v1/analytics/spending", query={"month": month})
        for currency in report["currencies"]:
            _table(month, currency)


def _table(month: str, sums: dict[str, Any]) -> None:
    code = sums["currency"]
    print(f"\n{month} {code:<32}{'spent':>16}{'received':>16}{'rows':>7}")
    for line in sums["categories"]:
        spent, received = _amount(line["expense"]), _amount(line["income"])
        print(
            f"  {(line['name'] or 'Uncategorised')[:38]:<38}{spent:>16}{received:>16}{line['count']:>7}"
        )
    print(f"  {'total':<38}{_amount(sums['expense']):>16}{_amount(sums['income']):>16}")


def _amount(value: Any) -> str:  # noqa: ANN401 - a money object or its text
    text = value["amount"] if isinstance(value, dict) else str(value)
    return text if text.strip("-0.") else "-"


if __name__ == "__main__":
    sys.exit(main())

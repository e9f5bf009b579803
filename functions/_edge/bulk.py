"""Bulk writes: one result per operation, or all or nothing.

Not atomic means what it says: each operation is a unit of work of its own, tried again on its own, and
under an Idempotency-Key its answer is kept on its own, so a repeat after a crash finishes the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid, Refusal
from chalicelib.kernel.wire import MAX_ATOMIC, Bulk, BulkOut
from functions._edge import problems
from functions._edge.auth import Caller
from functions._edge.endpoint import Call, Edge, claim_of, context_of
from functions._edge.operations import Operation, register
from functions._edge.problems import Answer
from functions._edge.units import in_unit

Each = Callable[[Context, Any], tuple[int, BaseModel | None]]


def bulk(
    edge: Edge,
    path: str,
    *,
    body: type[Bulk[Any]],
    out: type[BulkOut[Any]],
    summary: str,
    scope: str,
    by_account: bool = False,
) -> Callable[[Each], Each]:
    """Declare a bulk route: the view does one operation and gives its status and its object."""

    def decorate(view: Each) -> Each:
        operation = Operation(
            method="POST",
            path=path,
            name=view.__name__,
            service=edge.spec.service,
            summary=summary,
            description=(view.__doc__ or summary).strip(),
            body=body,
            query=None,
            out=out,
            status=200,
            scope=scope,
            public=False,
            if_match="none",
            idempotent=True,
            limit=None,
            by_account=by_account,
            # an atomic one, for an operation that names a version
            refuses=(412,),
        )
        register(operation)
        edge.route(operation, view, _act)
        return view

    return decorate


def _act(call: Call, caller: Caller, arguments: Mapping[str, Any]) -> Answer:
    wanted = arguments["body"]
    run = _all_or_nothing if wanted.atomic else _one_by_one
    return run(call, caller, wanted.operations)


def _all_or_nothing(call: Call, caller: Caller, operations: list[Any]) -> Answer:
    if len(operations) > MAX_ATOMIC:
        few = FieldProblem("/operations", f"atomic takes at most {MAX_ATOMIC} operations")
        raise Invalid(errors=(few,))

    def work(context: Context) -> Answer:
        results = []
        for index, operation in enumerate(operations):
            try:
                status, value = call.view(context, operation)
            except Refusal as refusal:
                refusal.detail = f"operation {index}: {refusal.detail or refusal.title}"
                raise
            results.append(_result(index, status, value))
        return _answer(results)

    make = lambda: context_of(call, caller, None)  # noqa: E731 - one expression
    return in_unit(make, work, claimed=claim_of(call))


def _one_by_one(call: Call, caller: Caller, operations: list[Any]) -> Answer:
    return _answer([_single(call, caller, index, one) for index, one in enumerate(operations)])


def _single(call: Call, caller: Caller, index: int, operation: BaseModel) -> dict[str, Any]:
    def work(context: Context) -> Answer:
        status, value = call.view(context, operation)
        return Answer(200, {}, json.dumps(_result(index, status, value)))

    content = operation.model_dump_json().encode()
    try:
        claimed = claim_of(call, str(index), content)
        answer = in_unit(lambda: context_of(call, caller, None), work, claimed=claimed)
    except Refusal as refusal:
        refused = problems.of_refusal(refusal, call.request_id)
        problem = json.loads(refused.body)
        return {"index": index, "status": refused.status, "value": None, "problem": problem}
    result: dict[str, Any] = json.loads(answer.body)
    return result


def _result(index: int, status: int, value: BaseModel | None) -> dict[str, Any]:
    shown = None if value is None else value.model_dump(mode="json")
    return {"index": index, "status": status, "value": shown, "problem": None}


def _answer(results: list[dict[str, Any]]) -> Answer:
    body = json.dumps({"results": results}, separators=(",", ":"))
    return Answer(200, {"Content-Type": "application/json", "Cache-Control": "no-store"}, body)

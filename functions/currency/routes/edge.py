"""The blueprint that all routes of the service stand on, and a kind of route that only answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib.currency.repository import TABLE
from functions._edge.auth import Caller
from functions._edge.endpoint import Call, Edge, View, context_of, respond
from functions._edge.ledgers import ledger_route
from functions._edge.operations import Operation, register
from functions._edge.problems import Answer

blueprint = Blueprint(__name__)
edge = Edge(blueprint, TABLE)
ledger_route(edge)


def ask(
    path: str, *, body: type[BaseModel], out: type[BaseModel], summary: str
) -> Callable[[View], View]:
    """Declare a POST that computes and writes nothing: no unit of work is opened, which saves a read.

    The body is a question too long for a query string, so `currency:read` is enough.
    """

    def decorate(view: View) -> View:
        operation = Operation(
            method="POST",
            path=path,
            name=view.__name__,
            service=edge.spec.service,
            summary=summary,
            description=(view.__doc__ or summary).strip(),
            body=body,
            out=out,
            scope="currency:read",
        )
        register(operation)
        edge.route(operation, view, _answer)
        return view

    return decorate


def _answer(call: Call, caller: Caller, arguments: Mapping[str, Any]) -> Answer:
    return respond(call, call.view(context_of(call, caller, None), **arguments))

"""The endpoint decorator: everything that a route needs around its one to three lines.

Token, session, scope and limit; strict body and query; ids, `If-Match`, `Idempotency-Key`; one unit of work
that is written once after the use-case and run again when it lost a race; ETag, Location, 304, problems.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from chalice.app import Blueprint, Chalice, Request, Response
from typing_extensions import Unpack

from chalicelib.kernel import aws, clock, flags
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import FieldProblem, Invalid, Refusal, Unavailable
from chalicelib.kernel.idempotency import Claim, claim
from chalicelib.kernel.log import logger
from chalicelib.kernel.metering import charge, metered, report
from chalicelib.kernel.tables import TableSpec
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from functions._edge import cookies, limits, problems, requests
from functions._edge.application import OURS
from functions._edge.auth import Caller, authenticate
from functions._edge.cookies import Cookied
from functions._edge.operations import Facts, Method, Operation, register
from functions._edge.problems import Answer
from functions._edge.units import in_unit

FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_KEY: Final = 255
_PERSONAL: Final = ("users", "security")
"""Services whose data belongs to people, never to households."""

View = Callable[..., Any]
Act = Callable[["Call", Caller, Mapping[str, Any]], Answer]


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a route."""

    operation: Operation
    spec: TableSpec
    view: View
    request: Request
    request_id: str
    at: datetime
    address: str
    params: Mapping[str, str]
    act: Act


class Edge:
    """Registers the routes of one service on its blueprint."""

    def __init__(self, blueprint: Blueprint, spec: TableSpec) -> None:
        """Bind to a blueprint and the service's table."""
        self._blueprint = blueprint
        self.spec = spec

    @property
    def request(self) -> Request:
        """The request that is being answered, for what a view of its own terms needs of it."""
        return self._blueprint.current_request

    def endpoint(
        self, method: Method, path: str, *, summary: str, **facts: Unpack[Facts]
    ) -> Callable[[View], View]:
        """Declare a route; the view gets a `Context` (a `Visit` where public), `body`, `query`, path ids.

        Unsafe routes of known callers honour `Idempotency-Key` unless they say `idempotent=False`.
        """
        writes = method != "GET" and not facts.get("reads", False)
        facts.setdefault("idempotent", writes and not facts.get("public", False))
        facts.setdefault("face", "public" if facts.get("public", False) else "api")
        facts.setdefault("household", self.spec.service not in _PERSONAL)

        def decorate(view: View) -> View:
            operation = Operation(
                method=method,
                path=path,
                name=view.__name__,
                service=self.spec.service,
                summary=summary,
                description=(view.__doc__ or summary).strip(),
                **facts,
            )
            register(operation)
            self.route(operation, view, _act)
            return view

        return decorate

    def route(self, operation: Operation, view: View, act: Act) -> None:
        """Register an operation with Chalice; `act` runs it for a verified caller."""
        registered = (operation, self.spec, view, act)

        def handle(**params: str) -> Response:
            return _wrap(_handle(registered, self._blueprint.current_request, params))

        # the service's name in front keeps function names unique in the app that holds all services
        handle.__name__ = f"{operation.service}_{view.__name__}"
        self._stands_on().route(
            operation.path,
            methods=[operation.method],
            name=handle.__name__,
            # a form is let in where one is read; what reads it refuses JSON in its own terms
            content_types=["application/json", *([FORM] if operation.form else [])],
        )(handle)

    def _stands_on(self) -> Blueprint | Chalice:
        """The app, once it has the blueprint: a blueprint hands its routes over once, and some are loaded later."""
        try:
            return self._blueprint.current_app
        except RuntimeError:
            return self._blueprint


def _wrap(answer: Answer) -> Response:
    return Response(
        body=answer.body, status_code=answer.status, headers={**answer.headers, OURS: "1"}
    )


def _handle(
    registered: tuple[Operation, TableSpec, View, Act], request: Request, params: Mapping[str, str]
) -> Answer:
    operation, spec, view, act = registered
    request_id = requests.request_id_of(request.to_original_event())
    identity = request.context.get("identity") or {}
    call = Call(
        operation,
        spec,
        view,
        request,
        request_id,
        clock.now(),
        # the gateway's own view of the peer: a header could be written by anybody
        str(identity.get("sourceIp") or ""),
        params,
        act,
    )
    log = logger()
    log.thread_safe_clear_keys()
    log.thread_safe_append_keys(
        request_id=request_id, operation=f"{operation.service}.{operation.name}"
    )
    with metered(f"{operation.service}.{operation.name}") as meter, security.counting() as found:
        answer = _answer(call)
        report(meter, status=answer.status, failed=answer.status >= 500)
    headers = {**limits.headers(found), **answer.headers, "X-Request-Id": request_id}
    return Answer(answer.status, headers, answer.body)


def _answer(call: Call) -> Answer:
    log = logger()
    try:
        return _run(call)
    except Refusal as refusal:
        answer = problems.of_refusal(refusal, call.request_id)
        if answer.status == 503:
            log.warning("something that we depend on does not answer", exc_info=True)
        elif answer.status >= 500:
            log.exception("a refusal that nobody mapped")
        return answer
    except Exception as error:
        log.exception("a request failed")
        if aws.is_outage(error):
            return problems.of_refusal(Unavailable(), call.request_id)
        return problems.of_crash(call.request_id)


def _run(call: Call) -> Answer:
    operation = call.operation
    caller = None if operation.public else authenticate(call.request, operation, call.at)
    if caller is not None:
        charge(str(caller.owner))
    if operation.flag is not None:
        flags.check(operation.flag, str(caller.owner) if caller is not None else "")
    if operation.limit is not None:
        security.take(operation.limit, _counted(call, caller), now=call.at)
    requests.check_ids(call.params)
    arguments: dict[str, Any] = dict(call.params)
    query = requests.read_query(
        operation.query, call.request, household=operation.household and caller is not None
    )
    if operation.query is not None:
        arguments["query"] = query
    if operation.body is not None:
        arguments["body"] = requests.read_body(operation.body, call.request)
    return _visit(call, arguments) if caller is None else call.act(call, caller, arguments)


def _counted(call: Call, caller: Caller | None) -> str:
    """Say who is counted: the person where one is known, because a network's address is shared by many."""
    return call.address if caller is None else caller.actor.user_id or call.address


def _visit(call: Call, arguments: Mapping[str, Any]) -> Answer:
    visit = Visit(
        request_id=call.request_id,
        now=call.at,
        address=call.address,
        user_agent=(call.request.headers.get("user-agent") or "")[:500],
        cookie=cookies.read(call.request),
    )
    return respond(call, call.view(visit, **arguments))


def _act(call: Call, caller: Caller, arguments: Mapping[str, Any]) -> Answer:
    version = requests.expected_version(call.request.headers.get("if-match"))

    def work(context: Context) -> Answer:
        return respond(call, call.view(context, **arguments))

    if call.operation.method == "GET" or call.operation.reads:
        return work(context_of(call, caller, version))
    return in_unit(lambda: context_of(call, caller, version), work, claimed=claim_of(call))


def context_of(call: Call, caller: Caller, version: int | None) -> Context:
    """Make the context of a verified caller, with a fresh unit of work."""
    return Context(
        owner=caller.owner,
        actor=caller.actor,
        request_id=call.request_id,
        now=call.at,
        commit=Commit(
            call.spec,
            caller.owner,
            actor=caller.actor,
            request_id=call.request_id,
            now=call.at,
            vaults=security.vault,
        ),
        vaults=security.vault,
        expected_version=version,
        scopes=caller.scopes,
        role=caller.role,
        accounts=caller.accounts,
    )


def claim_of(call: Call, part: str = "", content: bytes | None = None) -> Claim | None:
    """Make the claim of the request's `Idempotency-Key`, or of a named part of a bulk request."""
    key = call.request.headers.get("idempotency-key")
    if key is None or not call.operation.idempotent:
        return None
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(
            errors=(FieldProblem("Idempotency-Key", "1 to 255 printable ASCII characters"),)
        )
    place = (
        call.operation.method,
        call.operation.path,
        json.dumps(dict(call.params), sort_keys=True),
    )
    digest = hashlib.sha256("\x1f".join(place).encode() + b"\x1f")
    digest.update(requests.raw_body(call.request) if content is None else content)
    return claim(f"{key}\x1f{part}" if part else key, digest.digest())


def respond(call: Call, result: Any) -> Answer:  # noqa: ANN401 - whatever the view gives
    """Write a view's result: a model, or nothing (204), and the cookie that goes with it."""
    if isinstance(result, Cookied):
        plain = _written(call, result.result)
        more = {"Set-Cookie": cookies.header(result), "Cache-Control": "no-store"}
        return Answer(plain.status, {**plain.headers, **more}, plain.body)
    return _written(call, result)


def _written(call: Call, result: Any) -> Answer:  # noqa: ANN401 - whatever the view gives
    if isinstance(result, Answer):
        return result
    if result is None:
        return Answer(204, {"Cache-Control": "no-store"}, "")
    body = result.model_dump_json()
    headers = {"Content-Type": "application/json", "Cache-Control": "private, no-cache"}
    version = getattr(result, "version", None)
    if version is not None:
        headers["ETag"] = f'"{version}"'
    elif call.operation.method == "GET":
        headers["ETag"] = f'W/"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    if _unchanged(call, headers.get("ETag", "")):
        return Answer(304, {name: headers[name] for name in ("ETag", "Cache-Control")}, "")
    if call.operation.status == 201:
        home = call.operation.lives_at or call.request.context.get("path") or call.operation.path
        headers["Location"] = f"{home}/{result.id}"
    if call.operation.public or call.operation.fleeting:
        headers["Cache-Control"] = "no-store"
    return Answer(call.operation.status, headers, body)


def _unchanged(call: Call, etag: str) -> bool:
    """Tell whether a read has nothing new; what expires is always new."""
    if call.operation.method != "GET" or call.operation.fleeting:
        return False
    given = call.request.headers.get("if-none-match") or ""
    plain = etag.removeprefix("W/")
    return (
        any(one.strip().removeprefix("W/") in {plain, "*"} for one in given.split(","))
        if given
        else False
    )

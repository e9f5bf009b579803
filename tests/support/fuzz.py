"""Calls that nobody would write: made from the schemas of `/openapi.json`, then spoilt, from a seed.

`Fuzzer.call()` gives the next call and `Fuzzer.judge()` says what is wrong with its answer. Ids and versions of earlier
answers are used in later calls, so that calls reach what lies behind the first look-up. Who carries a call is not
its business: a client in this process, or HTTP.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chalicelib.kernel.ids import new_id

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator  # its grammars take a second to make

Schema = Mapping[str, Any]

_RAW: Final = {
    "@1e400@": "1e400",
    "@deep@": "[" * 3_000 + "]" * 3_000,
    "@twice@": '{"a": 1, "a": 2}',
    "@digits@": "9" * 5_000,
}
"""What `json.dumps` does not write, by the text that stands for it until then."""

_NASTY: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, 0.1, -0.0, 1e308),
    *(float("nan"), float("inf"), *_RAW, [], {}, [[]], [{}], [None], {"": ""}, {"id": 1}),
    *("", " ", "0", "-", "null", "NaN", "1e400", "\x00", "\ud800", "\U0001f9fe" * 40, "a" * 70_000),
    *(
        "\u202eevil",
        "e\u0301\u0301",
        "\ufdfa" * 200,
        "ß",
        "İ",
        "../..",
        "%00",
        "${x}",
        "{}",
        "*",
        "(" * 400,
    ),
    *("9999-12-31", "0001-01-01", "2026-02-30", "2026-W01", "24:00", "+999999-01-01"),
    *(
        "999999999999999999.99",
        "-0.00",
        "0.001",
        "1_000",
        "１２",
        "1E5",
        "00000000-0000-0000-0000-000000000000",
    ),
)
_WORDS: Final = ("bakery", "Rent", "Ärzte", "x", "tax 7%", "12:30", "b*", '"a b"', "日本")
_AMOUNTS: Final = ("-12.34", "5.00", "-0.01", "100", "0.00", "-1000000.00", "1", "-3")
_DAYS: Final = ("2026-11-02", "2026-10-31", "2025-02-28", "2024-02-29", "2026-12-31", "1970-01-01")
_QUERIES: Final = (
    *(
        "bakery",
        "amount:10..20",
        "-cake amount>1",
        "date:2026-11",
        "tag:none",
        "category:none",
        "(",
        "OR",
        "NOT -x",
    ),
    *(
        "a OR (b NOT c)",
        "date:9999",
        "date:0001..",
        "signed:..-1",
        'payee:="',
        "amount:1e999",
        "before:0001-01-01",
    ),
    *(
        "after:9999-12-31",
        "date:last-month",
        "(" * 13 + "a" + ")" * 13,
        "account:*",
        "is:split",
        "a " * 60,
    ),
)
_HOMES: Final = {
    **{
        f"{one}_id": f"{one}s"
        for one in ("account", "transaction", "rule", "match", "payee", "receipt")
    },
    **{f"{one}_id": f"{one}s" for one in ("reconciliation", "import", "attachment", "change")},
    **{f"{one}_account_id": "accounts" for one in ("from", "to")},
    **dict.fromkeys(("category_id", "fee_category_id", "parent_id", "value"), "categories"),
    **dict.fromkeys(("transfers", "refund_id", "refunds", "left_out", "ids"), "transactions"),
    **dict.fromkeys(("apply", "undo", "bulk-edit", "merge", "run_id"), "runs"),
    "match_id": "matches",
    "search_id": "searches",
    "suggestion_id": "detected",
    "recurring_id": "recurring",
    "rule_ids": "rules",
    "next_cursor": "cursor",
}
"""Where ids for a field, a path parameter, or the answers of a path are kept."""

_KNOWN_AT_MOST: Final = 60
_DEEP: Final = 6
_ANYWHERE: Final = frozenset({413, 415})
"""What the edge answers before it looks at the route."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, ready to be sent."""

    route: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Route:
    """A route as the document has it."""

    method: str
    path: str
    operation: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> Mapping[str, Any] | None:
        content = self.operation.get("requestBody", {}).get("content", {})
        found: Mapping[str, Any] | None = content.get("application/json")
        return found


class Fuzzer:
    """Makes calls to the routes of some services, and judges answers."""

    def __init__(self, document: Mapping[str, Any], prefixes: tuple[str, ...], seed: str) -> None:
        self._document = document
        self._rng = random.Random(seed)
        self.routes = [
            Route(method.upper(), path, operation)
            for path, methods in document["paths"].items()
            if path.startswith(prefixes)
            for method, operation in methods.items()
            if isinstance(operation, dict) and "responses" in operation
        ]
        self._known: dict[str, list[str]] = defaultdict(list)
        self._foreign: list[str] = []
        self._here = ""
        self._versions: dict[str, int] = {}
        self._judges: dict[tuple[str, str], Draft202012Validator] = {}

    # --- calls

    def call(self, route: Route | None = None) -> Call:
        """Make the next call."""
        route = route or self._drawn()
        self._here = route.path.split("/")[3]
        ids: list[str] = []

        def filled(match: re.Match[str]) -> str:
            ids.append(self._identity(match[1]))
            return quote(ids[-1].encode("utf-8", "replace"), safe="")

        path = re.sub(r"\{(\w+)\}", filled, route.path)
        return Call(
            route.name,
            route.method,
            path,
            self._query(route),
            self._headers(ids),
            self._body(route),
        )

    def _drawn(self) -> Route:
        route = self._rng.choice(self.routes)
        # what is deleted is of no use to later calls
        return self._rng.choice(self.routes) if route.method == "DELETE" else route

    def _identity(self, name: str) -> str:
        """Give an id for a field or path parameter: mostly one of the caller's own."""
        chance = self._rng.random()
        known = self._known[_HOMES.get(name, name)] or self._known[self._here]
        if known and chance < 0.92:
            return self._rng.choice(known)
        if self._foreign and chance < 0.95:
            return self._rng.choice(self._foreign)
        if chance < 0.98:
            return new_id()
        return self._rng.choice(["x", "\x00", "é", "a" * 300, "0" * 36])

    def _query(self, route: Route) -> dict[str, str]:
        given: dict[str, str] = {}
        for one in route.operation.get("parameters", ()):
            if one["in"] != "query":
                continue
            rare = one["name"] in {"household", "cursor"}
            if not one.get("required") and self._rng.random() < (0.93 if rare else 0.5):
                continue
            value = self._spoilt(self._made(one["schema"], one["name"]), 0.2)
            text = value if isinstance(value, str) else json.dumps(value)
            # what a URL can carry; the rest is another layer's refusal
            given[one["name"]] = text.encode("utf-8", "replace").decode()[:2_000]
        return given

    def _headers(self, ids: list[str]) -> dict[str, str]:
        version = next((self._versions[one] for one in ids if one in self._versions), 1)
        chance = self._rng.random()
        if chance < 0.85:
            said = f'"{version}"'
        else:
            said = self._rng.choice(
                ["", '"0"', f'"{version + 1}"', "*", '"x"', "1", '"' + "9" * 400 + '"']
            )
        return {"If-Match": said} if chance < 0.97 else {}

    def _body(self, route: Route) -> bytes | None:
        if route.body is None:
            return None
        if self._rng.random() < 0.02:
            return self._rng.choice(
                [b"", b"{", b"null", b"[]", b"\xff\xfe", b"\x00", b'"x"', b"1e400"]
            )
        schema = route.body["schema"]
        if self._rng.random() < 0.5 and "example" in route.body:
            made = self._with_known_ids(copy.deepcopy(route.body["example"]), "")
        else:
            made = self._made(schema, "")
        text = json.dumps(self._spoilt(made, self._rng.choice((0.0, 0.3, 0.6))))
        for sign, raw in _RAW.items():
            text = text.replace(f'"{sign}"', raw)
        return text.encode()

    def _with_known_ids(self, value: Any, name: str) -> Any:
        match value:
            case dict():
                return {key: self._with_known_ids(one, key) for key, one in value.items()}
            case list():
                return [self._with_known_ids(one, name) for one in value]
            case str() if re.fullmatch(r"[0-9a-f-]{36}", value):
                return self._identity(name)
            case _:
                return value

    # --- values from schemas

    def _made(self, schema: Schema, name: str, depth: int = 0) -> Any:
        if "$ref" in schema:
            return self._made(self._at(schema["$ref"]), name, depth)
        if "const" in schema or "enum" in schema:
            return self._rng.choice(schema.get("enum") or [schema["const"]])
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            simple = [one for one in options if "$ref" not in one] if depth > _DEEP else options
            return self._made(self._rng.choice(simple or options), name, depth + 1)
        return self._made_plain(schema, name, depth)

    def _made_plain(self, schema: Schema, name: str, depth: int) -> Any:
        rng = self._rng
        match schema.get("type"):
            case "object":
                return self._made_object(schema, name, depth)
            case "array":
                most = min(schema.get("maxItems", 4), 1 if depth > _DEEP else 4)
                count = rng.randint(min(schema.get("minItems", 0), most), most)
                return [self._made(schema.get("items", {}), name, depth + 1) for _ in range(count)]
            case "integer" | "number":
                low = schema.get("minimum", -5)
                return rng.randint(int(low), int(min(schema.get("maximum", low + 50), low + 50)))
            case "boolean":
                return rng.random() < 0.5
            case "null":
                return None
            case _:
                return self._made_text(schema, name)

    def _made_object(self, schema: Schema, name: str, depth: int) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        likely = 0.1 if depth > _DEEP else 0.5
        return {
            key: self._made(one, key, depth + 1)
            for key, one in schema.get("properties", {}).items()
            if key in required or self._rng.random() < likely
        }

    def _made_text(self, schema: Schema, name: str) -> str:
        rng = self._rng
        if name in _HOMES or name.endswith("_id") or name == "id":
            return self._identity(name)
        if name in {"q", "query"}:
            return rng.choice(_QUERIES)
        if name in {"cursor", "token"} and self._known[name]:
            return rng.choice(self._known[name])
        if name in {"amount", "amount_minor", "received", "fee"}:
            return rng.choice(_AMOUNTS)
        if "currency" in name:
            return rng.choice(("EUR", "EUR", "EUR", "USD", "JPY", "KWD", "XXX"))
        if schema.get("format") == "date":
            return rng.choice(_DAYS)
        if schema.get("examples") and rng.random() < 0.7:
            return str(rng.choice(schema["examples"]))
        return rng.choice(_WORDS)

    def _at(self, reference: str) -> Schema:
        *_, name = reference.split("/")
        found: Schema = self._document["components"]["schemas"][name]
        return found

    # --- what spoils them

    def _spoilt(self, value: Any, likely: float) -> Any:
        holder = [value]
        while self._rng.random() < likely:
            places = list(_places(holder))
            into, key = self._rng.choice(places)
            self._rng.choice((_replace, _replace, _replace, _remove, _add, _repeat))(
                self._rng, into, key
            )
            if not holder:
                holder = [None]
        return holder[0]

    # --- answers

    def judge(self, call: Call, status: int, content_type: str, text: str) -> str | None:
        """Say what is wrong with an answer, or None; learn from it."""
        if status >= 500:
            return f"{status}: {text[:300]}"
        if str(status) not in self._answers(call.route) and status not in _ANYWHERE:
            return f"{status} is not among the documented answers: {text[:200]}"
        if status >= 400:
            return _no_problem(status, content_type, text)
        schema = self._schema(call.route, status)
        if schema is None:
            return f"{status} has a body that is not documented" if text else None
        document = json.loads(text)
        for error in schema.iter_errors(document):
            return f"{status} does not fit its schema at {error.json_path}: {error.message[:200]}"
        self.learn(document, call.route)
        return None

    def _answers(self, route: str) -> Mapping[str, Any]:
        method, path = route.split(" ")
        found: Mapping[str, Any] = self._document["paths"][path][method.lower()]["responses"]
        return found

    def _schema(self, route: str, status: int) -> Draft202012Validator | None:
        from jsonschema import Draft202012Validator

        key = (route, str(status))
        if key not in self._judges:
            content = self._answers(route)[str(status)].get("content", {})
            if "application/json" not in content:
                return None
            schema = content["application/json"]["schema"]
            self._judges[key] = Draft202012Validator(
                {**schema, "components": self._document["components"]}
            )
        return self._judges[key]

    def learn(self, value: Any, path: str) -> None:
        """Remember the ids, versions and tokens of an answer of a path, for later calls."""
        *_, home = (part for part in path.split("/") if part[:1] != "{")
        self._learn(value, _HOMES.get(home, home))

    def _learn(self, value: Any, home: str) -> None:
        if isinstance(value, list):
            for one in value:
                self._learn(one, home)
        if not isinstance(value, dict):
            return
        if "id" in value:
            self._versions[value["id"]] = value.get("version", 1)
        for key, one in value.items():
            if isinstance(one, str) and one:
                self._keep(home if key == "id" else str(_HOMES.get(key, key)), one)
            else:
                self._learn(one, home if key == "items" else key)

    def _keep(self, home: str, identity: str) -> None:
        known = self._known[home]
        if identity not in known:
            known.append(identity)
            if len(known) > _KNOWN_AT_MOST:
                del known[self._rng.randrange(len(known))]

    def lend(self, other: Fuzzer) -> None:
        """Let another caller try this one's ids."""
        other._foreign = [one for known in self._known.values() for one in known[-3:]]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place in a document, as a holder and a key."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _replace(rng: random.Random, into: Any, key: Any) -> None:
    into[key] = copy.deepcopy(rng.choice(_NASTY))


def _remove(_rng: random.Random, into: Any, key: Any) -> None:
    del into[key]


def _add(rng: random.Random, into: Any, key: Any) -> None:
    if isinstance(into, dict):
        into[rng.choice(("extra", "", "id", "version", "\ud800", "__proto__"))] = rng.choice(_NASTY)
    else:
        into.append(copy.deepcopy(into[key]))


def _repeat(rng: random.Random, into: Any, key: Any) -> None:
    if isinstance(into[key], list) and into[key]:
        into[key] *= rng.choice((2, 60, 600)) if len(into[key]) < 10 else 1
    else:
        into[key] = [into[key]]


def _no_problem(status: int, content_type: str, text: str) -> str | None:
    """Say why a refusal is no problem document as RFC 9457 has it."""
    if content_type != "application/problem+json":
        return f"{status} is {content_type}: {text[:200]}"
    document = json.loads(text)
    if document.get("status") != status or not {"type", "title"} <= document.keys():
        return f"{status} is no problem: {text[:200]}"
    return None

"""One manifest per service: what the registered app is, for Terraform to build and for tests to hold it to.

`python -m tools.manifest build/manifest` imports the app once per service, each in a process of its own
as Lambda would, and writes `<service>.json`. Names carry no stage; Terraform puts `xpense-<stage>-` before
them. The fields are described in docs/manifest.md.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from functions._edge.alarms import Alarm
from functions._edge.operations import face_of
from functions._edge.worker import MAX_RECEIVES
from tools import rights
from tools.reach import ROOT, reach
from tools.requirements import CLOUD, closure, names_for

if TYPE_CHECKING:
    from chalice.app import Chalice

    from chalicelib.kernel.tables import TableSpec

FORMAT: Final = 3
"""Raised when a field changes its meaning; the Terraform module checks it."""
RUNTIME: Final = f"python{CLOUD}"
ARCHITECTURE: Final = "arm64"
ENVIRONMENT: Final[Mapping[str, str]] = {
    # pydantic else reads the metadata of every package in the zip, looking for plugins: 13 ms a start
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
HANDED_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "interchange-exports": ("interchange.write_export.v1",),
}
"""Queues of long work: a service's inbox hands orders on to them, to a function that has the time."""
LOCAL_ONLY: Final = frozenset({"dynamodb_endpoint", "aws_endpoint", "service", "face", "region"})
"""Settings that Terraform never gives: endpoints of a local cloud, and what Lambda or `environment` says anyhow."""
_STAGE: Final = "manifest"
_VISIBILITY: Final = 6  # times the function's timeout, as AWS advises for Lambda pollers
_RECOVERY_DAYS: Final = 35
_RECOVERY_DAYS_OF_KEYS: Final = 7  # erasure is final after them (decision 19)


@dataclass(frozen=True, slots=True)
class Size:
    """Memory in MB, which also buys CPU, and the timeout in seconds."""

    memory_mb: int
    timeout_s: int


SIZES: Final[Mapping[str, Size]] = {
    "api": Size(512, 29),  # the gateway waits 29 s
    "queue": Size(512, 60),
    "stream": Size(256, 60),
    "schedule": Size(256, 60),
    "websocket": Size(256, 29),
}
EXCEPTIONS: Final[Mapping[str, Size]] = {
    # 50 MB of statement in memory, parsed and written in chunks
    "interchange_uploads": Size(1769, 300),  # one whole CPU
    # a million transactions take minutes; memory is flat
    "interchange_exports": Size(1769, 900),
    # puts exports together, with papers of any number: parts of 8 MiB in memory
    "users_inbox": Size(1024, 180),
    # 10 MB of picture in memory, as it came and as it is kept; a reader of receipts may be asked three times
    "expenses_uploads": Size(1024, 180),
}


def manifest(service: str) -> dict[str, Any]:
    """Read the manifest of one service from the app of this process, which must hold that service alone."""
    chalice_app: Chalice = importlib.import_module("app").everything()
    reached = reach(service)
    functions = dict(_functions(service, chalice_app))
    made: dict[str, Any] = {
        "manifest": FORMAT,
        "service": service,
        "package": {
            "zip": f"{service}.zip",
            "runtime": RUNTIME,
            "architecture": ARCHITECTURE,
            "requirements": [str(pin) for pin in closure(names_for(service))],
            "embeds": list(reached.embeds),
        },
        "environment": {"XPENSE_SERVICE": service, **ENVIRONMENT},
        "settings": [name for name in reached.settings if name not in LOCAL_ONLY],
        "functions": functions,
        "routes": list(_routes(service, chalice_app)),
        "fallback": function_of(service, "api") if chalice_app.routes else None,
        "queues": list(_queues(service, functions)),
        "tables": [_table(spec, functions) for spec in _specs(service)],
        "messages": _messages(service),
        "alarms": [asdict(alarm) for alarm in _alarms(service)],
        "grants": {
            "clients": list(reached.clients),
            "tables": [_plain(spec.name) for one in reached.embeds for spec in _specs(one)],
            "orders": [f"{receiver}-inbox" for receiver in reached.orders],
        },
    }
    roles = sorted({function["role"] for function in functions.values()})
    made["roles"] = {role: rights.statements(rights.granted(service, role)) for role in roles}
    return made


def _plain(name: str) -> str:
    """A name without its stage."""
    return name.removeprefix(f"xpense-{_STAGE}-")


def _functions(service: str, chalice_app: Chalice) -> Iterator[tuple[str, dict[str, Any]]]:
    for face in sorted({"api", *map(face_of, chalice_app.routes)} if chalice_app.routes else ()):
        name = function_of(service, face)
        yield name, _function("app.app", "api", name, {}) | {"environment": {"XPENSE_FACE": face}}
    for source in chalice_app.event_sources:
        kind, facts = _source(source)
        yield source.name, _function(f"app.{source.name}", kind, source.name, facts)
    for key, handler in sorted(chalice_app.websocket_handlers.items()):
        yield (
            handler.name,
            _function(f"app.{handler.name}", "websocket", handler.name, {"route": key}),
        )
    for pure in chalice_app.pure_lambda_functions:
        raise ValueError(f"{pure.name}: give it a source, so that something starts it")


def _function(handler: str, kind: str, name: str, source: dict[str, Any]) -> dict[str, Any]:
    return {
        "handler": handler,
        "kind": kind,
        "role": role_of(name, kind),
        **asdict(EXCEPTIONS.get(name, SIZES[kind])),
        "environment": {},
        "source": source,
    }


def function_of(service: str, face: str) -> str:
    """Name the function that answers those routes of a service that have a face."""
    return f"{service}_{face}"


def role_of(name: str, kind: str) -> str:
    """Name whose rights a function has: `relay` for what carries the outbox, a face for routes, else by what starts it."""
    if name.endswith(("_relay", "_sweep")):
        return "relay"
    if kind == "api":
        return name.partition("_")[2]
    return "socket" if kind == "websocket" else "worker"


def _source(source: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - one of Chalice's configs
    from chalice.app import DynamoDBEventConfig, ScheduledEventConfig, SQSEventConfig

    if isinstance(source, SQSEventConfig):
        return "queue", {
            "queue": _plain(str(source.queue)),
            "batch_size": source.batch_size,
            "window_s": source.maximum_batching_window_in_seconds,
            "max_concurrency": source.maximum_concurrency,
            "partial_failures": True,
        }
    if isinstance(source, DynamoDBEventConfig):
        return "stream", {
            "table": _plain(source.stream_arn.split(":table/")[1].split("/")[0]),
            "batch_size": source.batch_size,
            "window_s": source.maximum_batching_window_in_seconds,
            "position": source.starting_position,
            "filter": _outbox_filter(),
        }
    if isinstance(source, ScheduledEventConfig):
        expression = source.schedule_expression
        text = expression if isinstance(expression, str) else expression.to_string()
        return "schedule", {"expression": text}
    raise TypeError(f"{source.name}: the Terraform module has no {type(source).__name__}")


def _outbox_filter() -> dict[str, Any]:
    """Start the relay for new outbox rows alone: everything else in the stream costs nothing."""
    from chalicelib.kernel.outbox import PREFIX

    return {"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": PREFIX}]}}}}


def _routes(service: str, chalice_app: Chalice) -> Iterator[dict[str, Any]]:
    for path, methods in sorted(chalice_app.routes.items()):
        face = face_of(path)
        for method, entry in sorted(methods.items()):
            yield {
                "method": method,
                "path": path,
                "function": function_of(service, face),
                "content_types": list(entry.content_types),
            }
        if face != "api":
            # its HEAD, OPTIONS and 405, which else come to the fallback, which must not answer for it
            yield {
                "method": "ANY",
                "path": path,
                "function": function_of(service, face),
                "content_types": [],
            }


def _queues(service: str, functions: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    from chalicelib.kernel.events import Order, registered
    from functions._edge.worker import subscriptions

    hears = {_plain(queue): types for queue, types in subscriptions().items()}
    takes = sorted(
        name
        for name, kind in registered().items()
        if issubclass(kind, Order) and kind.to == service
    )
    for name, function in functions.items():
        if function["kind"] != "queue":
            continue
        queue = function["source"]["queue"]
        yield {
            "name": queue,
            "function": name,
            "dead_letters": f"{queue}-dead",
            "max_receives": MAX_RECEIVES,
            "visibility_timeout_s": _VISIBILITY * function["timeout_s"],
            "hears": list(hears.get(queue, ())),
            "takes": takes if queue == f"{service}-inbox" else list(HANDED_ON.get(queue, ())),
            "from_bucket": _arrivals(service) if queue == f"{service}-uploads" else None,
        }


def _arrivals(service: str) -> dict[str, str]:
    """Where a service's files arrive: its part of the one bucket for them."""
    from chalicelib.kernel.uploads import incoming

    return {"bucket": "uploads", "prefix": incoming(service)}


def _specs(service: str) -> list[TableSpec]:
    from chalicelib.kernel.tables import all_specs

    return all_specs([service])


def _table(spec: TableSpec, functions: Mapping[str, Any]) -> dict[str, Any]:
    name = _plain(spec.name)
    streamed = any(one["source"].get("table") == name for one in functions.values())
    return {
        "name": name,
        "partition": "pk",
        "sort": "sk",
        "ttl": "ttl",
        "stream": "NEW_IMAGE" if streamed else None,
        "recovery_days": _RECOVERY_DAYS_OF_KEYS if name.endswith("-keys") else _RECOVERY_DAYS,
        "indexes": [asdict(index) for index in spec.indexes],
    }


def _alarms(service: str) -> tuple[Alarm, ...]:
    """The alarms that a service declares beside its handlers, in `functions/<service>/workers`."""
    workers = importlib.import_module(f"functions.{service}.workers")
    declared: tuple[Alarm, ...] = getattr(workers, "ALARMS", ())
    return declared


def _messages(service: str) -> dict[str, list[str]]:
    from chalicelib.kernel.events import Fact, registered

    own = {
        name: kind
        for name, kind in registered().items()
        if kind.__module__.startswith(f"chalicelib.{service}.")
    }
    tells = sorted(name for name, kind in own.items() if issubclass(kind, Fact))
    return {"tells": tells, "takes": sorted(set(own) - set(tells))}


def read(service: str) -> dict[str, Any]:
    """Read a service's manifest in a process of its own, with nothing of the caller's environment."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "XPENSE_STAGE": _STAGE,
        "XPENSE_SERVICE": service,
        "AWS_REGION": "eu-central-1",
    }
    answer = subprocess.run(
        [sys.executable, "-m", "tools.manifest", "--service", service],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        timeout=120,
    )
    made: dict[str, Any] = json.loads(answer.stdout)
    return made


def services() -> tuple[str, ...]:
    """Give the services that exist, low to high, as app.py lists them; the app itself is not imported."""
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if (
            isinstance(node, ast.AnnAssign)
            and ast.unparse(node.target) == "SERVICES"
            and node.value
        ):
            return tuple(ast.literal_eval(node.value))
    raise LookupError("app.py names no SERVICES")


def main() -> None:
    """Write all manifests into a folder, or print one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--service")
    arguments = parser.parse_args()
    if arguments.service:
        print(json.dumps(manifest(arguments.service), indent=1))
        return
    folder: Path = arguments.folder or ROOT / "build" / "manifest"
    folder.mkdir(parents=True, exist_ok=True)
    for service in services():
        made = read(service)
        (folder / f"{service}.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        counts = {name: len(made[name]) for name in ("functions", "routes", "queues", "tables")}
        print(f"{service:<14}", *(f"{count} {name}" for name, count in counts.items()), sep="  ")


if __name__ == "__main__":
    main()

"""What a service's code can reach: the modules, third-party packages, AWS clients and settings behind its handlers.

Read from the imports (also those inside functions), not from a run, so a path that no test takes counts
too. The packager ships by it, the manifest grants by it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import grimp

if TYPE_CHECKING:
    from grimp import ImportGraph

ROOT: Final = Path(__file__).resolve().parent.parent
_HEART: Final = "chalicelib"
_CLIENTS: Final = "chalicelib.kernel.aws"
_SETTINGS: Final = "chalicelib.kernel.settings"
_BEHIND: Final = {"table": "stage", "queue": "stage", "queue_url": "queue_base"}
"""What the methods of the settings read."""


@dataclass(frozen=True, slots=True)
class Reach:
    """All that a service's zip needs, as sorted names."""

    modules: tuple[str, ...]
    packages: tuple[str, ...]
    embeds: tuple[str, ...]
    orders: tuple[str, ...]
    clients: tuple[str, ...]
    settings: tuple[str, ...]


@cache
def _graph() -> ImportGraph:
    # no cache: it forgets to look again when a module that was missing comes to exist
    return grimp.build_graph(_HEART, "functions", include_external_packages=True, cache_dir=None)


@cache
def reach(service: str) -> Reach:
    """Follow the imports from a service's handlers, the edge among them; KeyError for no such service."""
    graph = _graph()
    start = {f"functions.{service}", "functions._edge"}
    if not start <= graph.modules:
        raise KeyError(service)
    modules: set[str] = set()
    for package in start:
        own = graph.find_descendants(package) | {package}
        modules |= own.union(*(graph.find_upstream_modules(module) for module in own))
    inside = {name for name in modules if name.partition(".")[0] in {_HEART, "functions"}}
    return Reach(
        modules=tuple(sorted(inside)),
        packages=tuple(sorted(modules - inside)),
        embeds=tuple(sorted({_service(name) for name in inside} - {service, "kernel", ""})),
        orders=tuple(sorted({_receiver(name) for name in _commands(graph, service)} - {""})),
        clients=tuple(sorted({client for name in inside for client in _clients_of(name)})),
        settings=tuple(sorted({field for name in inside for field in _settings_of(name)})),
    )


def _service(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == _HEART and len(parts) > 1 else ""


def _commands(graph: ImportGraph, service: str) -> Iterator[str]:
    """The rooms of orders that this service and the edge import (the services it embeds send their own)."""
    for package in (f"{_HEART}.{service}", f"functions.{service}", "functions._edge"):
        for module in graph.find_descendants(package) | {package}:
            yield from graph.find_modules_directly_imported_by(module)


def _receiver(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == _HEART and parts[2:3] == ["commands"] else ""


def _source(module: str) -> Path:
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _clients_of(module: str) -> tuple[str, ...]:
    """The AWS services whose client a module asks `kernel.aws` for, by their boto3 names."""
    if module == _CLIENTS:
        return ()
    tree = ast.parse(_source(module).read_text(encoding="utf-8"))
    asked = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "aws"
    }
    return tuple(client for name, client in _accessors().items() if name in asked)


@cache
def _accessors() -> dict[str, str]:
    """The functions of `kernel.aws` that give a client, and the boto3 name each passes on."""
    tree = ast.parse(_source(_CLIENTS).read_text(encoding="utf-8"))
    found = {}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "_client":
                found[function.name] = str(ast.literal_eval(call.args[0]))
    return found


@cache
def _settings_of(module: str) -> tuple[str, ...]:
    """The fields of the environment's settings that a module reads, or seems to: names are compared, not types."""
    if module == _SETTINGS or "settings" not in _source(module).read_text(encoding="utf-8"):
        return ()
    tree = ast.parse(_source(module).read_text(encoding="utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return tuple(_fields() & read | {of for name, of in _BEHIND.items() if name in read})


@cache
def _fields() -> frozenset[str]:
    tree = ast.parse(_source(_SETTINGS).read_text(encoding="utf-8"))
    (kind,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    return frozenset(ast.unparse(one.target) for one in kind.body if isinstance(one, ast.AnnAssign))

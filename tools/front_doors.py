"""The import contract "front doors": a service is entered through its api, events and commands only.

import-linter's own contracts cannot say "any module may import these rooms of any service, and the
others only of its own", so this one does. See the contract `front_doors` in pyproject.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from importlinter import Contract, ContractCheck, output

if TYPE_CHECKING:
    from grimp import ImportGraph

DOORS: Final = frozenset({"api", "events", "commands"})
_HEART: Final = "chalicelib"
_SHARED: Final = "kernel"


def is_allowed(importer: str, imported: str) -> bool:
    """Tell whether `importer` may know `imported` (both dotted module names)."""
    parts = imported.split(".")
    if parts[0] != _HEART or len(parts) == 1 or parts[1] == _SHARED:
        return True
    own = importer.split(".")[1:2] == parts[1:2]
    return own or (len(parts) > 2 and parts[2] in DOORS)


def trespasses(imports: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give the imports that go past a front door, in order."""
    return (pair for pair in sorted(imports) if not is_allowed(*pair))


class FrontDoors(Contract):
    """From outside a service only its `api`, `events` and `commands` may be imported."""

    type_name = "front_doors"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        """Look at every import of the graph."""
        pairs = (
            (importer, imported)
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
        )
        found = list(trespasses(pairs))
        return ContractCheck(kept=not found, metadata={"trespasses": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print who went where."""
        found: Any = check.metadata["trespasses"]
        for importer, imported in found:
            output.print_error(f"{importer} imports {imported}: use its api, events or commands")

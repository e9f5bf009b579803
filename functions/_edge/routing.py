"""Which resource a path is of, such as `/v1/users/{user_id}`: for whatever stands before the app and has to know."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """A resource, split at its slashes."""

    resource: str
    parts: tuple[str, ...]

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """Give the path parameters, or None when the path is another resource's."""
        found = {}
        for mine, given in zip(self.parts, parts, strict=True):
            if mine.startswith("{"):
                found[mine[1:-1]] = unquote(given)
            elif mine != given:
                return None
        return found


class Router:
    """Finds the resource of a path; a literal part wins over a parameter, as in API Gateway."""

    def __init__(self, resources: Iterable[str]) -> None:
        self._routes: dict[int, list[Route]] = {}
        for resource in resources:
            parts = tuple(resource.split("/"))
            self._routes.setdefault(len(parts), []).append(Route(resource, parts))
        for routes in self._routes.values():
            routes.sort(key=lambda route: [part.startswith("{") for part in route.parts])

    def find(self, raw_path: str) -> tuple[str, dict[str, str]] | None:
        """Give resource and path parameters, or None for a path that nobody registered."""
        path = raw_path.removesuffix("/") if raw_path != "/" else raw_path
        parts = tuple(path.split("/"))
        for route in self._routes.get(len(parts), []):
            parameters = route.match(parts)
            if parameters is not None:
                return route.resource, parameters
        return None

"""When the handlers of a service are loaded: a route's module with the first call of it, workers when one is to work.

A cold start so pays for what it is for. Which module has which path stands in the service's `routes/paths.py`, written by
`make openapi` and compared with the routes themselves by the tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from functions._edge.application import Application


def expect_routes(app: Application, service: str) -> None:
    """Register what all routes of a service share, and name the modules of the rest."""
    routes = importlib.import_module(f"functions.{service}.routes")
    if app.is_new(routes.__name__):
        app.register_blueprint(routes.blueprint)
        app.expect(
            {f"{routes.__name__}.{name}": paths for name, paths in _paths_of(routes).items()}
        )


def load_routes(app: Application, service: str) -> None:
    """Load all routes of a service, the modules that nobody named among them."""
    expect_routes(app, service)
    routes = importlib.import_module(f"functions.{service}.routes")
    for module in pkgutil.iter_modules(getattr(routes, "__path__", ())):
        importlib.import_module(f"{routes.__name__}.{module.name}")


def load_workers(app: Application, service: str) -> None:
    """Load what a service does for queues, clocks and sockets."""
    workers = importlib.import_module(f"functions.{service}.workers")
    if not app.is_new(workers.__name__):
        return
    app.register_blueprint(workers.blueprint)
    if service == "notifications":
        # Chalice breaks WebSocket handlers in blueprints, so these register on the app itself
        importlib.import_module("functions.notifications.sockets").register(app)


def _paths_of(routes: ModuleType) -> dict[str, tuple[str, ...]]:
    if not hasattr(routes, "__path__"):
        return {}
    paths: dict[str, tuple[str, ...]] = importlib.import_module(f"{routes.__name__}.paths").PATHS
    return paths

"""When the handlers of a service are loaded: a route's module with the first call of it, workers when one is to work.

A cold start so pays for what it is for. Which module has which path stands in the service's `routes/paths.py`, written by
`make openapi` and compared with the routes themselves by the tests.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Final

from functions._edge.application import Application
from functions._edge.imports import load


def expect_routes(app: Application, service: str) -> None:
    """Register what all routes of a service share, and name the modules of the rest."""
    package = f"functions.{service}.routes"
    if app.is_new(package):
        app.register_blueprint(load(package).blueprint)
        paths = load(f"{package}.paths").PATHS
        app.expect({f"{package}.{module}": of for module, of in paths.items()})


def load_everything(app: Application, service: str) -> None:
    """Load all handlers of a service, those of modules that nobody named among them."""
    expect_routes(app, service)
    routes = load(f"functions.{service}.routes")
    for module in pkgutil.iter_modules(routes.__path__):
        load(f"{routes.__name__}.{module.name}")
    for step in _EVENTS:
        step(app, service)


def load_handler(app: Application, service: str, name: str) -> None:
    """Load the handlers of events until one has this name, those that need least first."""
    for step in _EVENTS:
        if name not in app.handler_map:
            step(app, service)


def _load_relays(app: Application, service: str) -> None:
    _register(app, f"functions.{service}.relays")


def _load_sockets(app: Application, service: str) -> None:
    module = "functions.notifications.sockets"
    if service == "notifications" and app.is_new(module):
        # Chalice breaks WebSocket handlers in blueprints, so these register on the app itself
        load(module).register(app)


def _load_workers(app: Application, service: str) -> None:
    _register(app, f"functions.{service}.workers")


def _register(app: Application, module: str) -> None:
    if app.is_new(module):
        app.register_blueprint(load(module).blueprint)


_EVENTS: Final[tuple[Callable[[Application, str], None], ...]] = (
    _load_relays,
    _load_sockets,
    _load_workers,
)

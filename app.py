"""The composition root: which services this process holds (`XPENSE_SERVICE`: one name, or `all`)."""

from __future__ import annotations

import gc
import importlib
from typing import Final

from chalicelib.kernel.settings import settings
from functions._edge.application import Application

SERVICES: Final = (
    "security",
    "currency",
    "users",
    "expenses",
    "interchange",
    "analytics",
    "notifications",
)
"""The services that hold something that works, low to high."""

app = Application(app_name="xpense")
# without the flag the plain chalice commands refuse an app with WebSocket handlers
app.experimental_feature_flags.add("WEBSOCKETS")


def _load(service: str) -> None:
    routes = importlib.import_module(f"functions.{service}.routes")
    app.register_blueprint(routes.blueprint)
    workers = importlib.import_module(f"functions.{service}.workers")
    app.register_blueprint(workers.blueprint)
    if service == "notifications":
        # Chalice breaks WebSocket handlers in blueprints, so these register on the app itself
        importlib.import_module("functions.notifications.sockets").register(app)


gc.disable()  # what an import makes, stays: looking for garbage in it takes 6 % of a cold start
for _service in SERVICES if settings().service == "all" else (settings().service,):
    _load(_service)

gc.freeze()
gc.enable()

# Lambda starts event handlers as `app.<name>`, so that this file and its middleware always run first.
globals().update(app.handler_map)

"""The composition root: which services this process holds (`XPENSE_SERVICE`: one name, or `all`).

A process of one service is a function in the cloud, and a function loads what it needs: the module of a route when that
route is asked for, the workers when the runtime asks for one of them by name (docs/adr/0030). A process of all loads all.
"""

from __future__ import annotations

import gc
from typing import Final

from chalicelib.kernel.settings import settings
from functions._edge import loading
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


def everything() -> Application:
    """Give the app with all that its services have: for those that list it, such as the manifest."""
    for service in SERVICES if settings().service == "all" else (settings().service,):
        loading.load_everything(app, service)
    return app


def __getattr__(name: str) -> object:
    """Give an event's handler: Lambda starts them as `app.<name>`, so that this file always runs first."""
    if settings().service != "all" and not name.startswith("_"):
        loading.load_handler(app, settings().service, name)
    if name not in app.handler_map:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return app.handler_map[name]


gc.disable()  # as in functions/_edge/imports.py
if settings().service == "all":
    everything()
else:
    loading.expect_routes(app, settings().service)
gc.freeze()
gc.enable()

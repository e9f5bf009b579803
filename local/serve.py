"""`python -m local.serve`: the whole product on one port of this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalice.app import Chalice

from local import logfile
from local.child import HOST
from local.cloud.cloud import Cloud, open_cloud
from local.engine import Engine, start_engine
from local.errors import LocalCloudError
from local.host import Options, build
from local.provision import REGION, STAGE, claim, provision, set_environment
from local.serving import Serving, open_port

_LOG: Final = logging.getLogger("xpense.local")
_WATCH_SECONDS: Final = 1.0
_WORKER: Final = "functions._edge.worker"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line."""

    port: int
    data_dir: Path | None
    app: str
    engine: str | None
    tick_scale: float
    backoff: float


def _arguments(argv: Sequence[str]) -> Arguments:
    parser = argparse.ArgumentParser(prog="python -m local.serve", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="0 takes any free one")
    parser.add_argument("--data-dir", type=Path, default=Path(".data"), help="default: .data")
    parser.add_argument("--memory", action="store_true", help="keep nothing on the disk")
    parser.add_argument("--engine", help="dynoxide, moto, or the address of a running DynamoDB")
    parser.add_argument("--app", default="app", help=argparse.SUPPRESS)
    parser.add_argument("--tick-scale", type=float, default=1.0, help=argparse.SUPPRESS)
    parser.add_argument("--backoff", type=float, default=1.0, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    return Arguments(
        port=given.port,
        data_dir=None if given.memory else given.data_dir.resolve(),
        app=given.app,
        engine=given.engine or os.environ.get("DYNAMODB_ENDPOINT") or None,
        tick_scale=given.tick_scale,
        backoff=given.backoff,
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65_536:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run until a signal; gives 0 after a clean stop, 1 when something broke, 2 when it cannot start."""
    arguments = _arguments(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)  # mails, keys and statements are nobody else's business
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: _stop_or_leave(stop))
    try:
        with ExitStack() as stack:
            return _serve(arguments, stack, stop)
    except LocalCloudError as failure:
        print(f"xPense cannot start: {failure}", file=sys.stderr)
        return 2


def _stop_or_leave(stop: threading.Event) -> None:
    """The first signal asks for an orderly end; the second does not wait for it."""
    if stop.is_set():
        os._exit(130)
    stop.set()


def _serve(arguments: Arguments, stack: ExitStack, stop: threading.Event) -> int:
    listener = open_port(arguments.port)
    stack.callback(listener.close)
    port: int = listener.getsockname()[1]
    if arguments.data_dir is not None:
        stack.callback(claim(arguments.data_dir).close)
    cloud = open_cloud(arguments.data_dir, region=REGION, stage=STAGE)
    stack.callback(cloud.close)
    engine = start_engine(arguments.data_dir, prefer=arguments.engine)
    stack.callback(engine.close)
    folder = arguments.data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))
    set_environment(os.environ, cloud=cloud, engine=engine, port=port, keys=folder / "keys.json")
    product = _product(arguments, cloud, engine)
    if arguments.data_dir is not None:
        logfile.keep(arguments.data_dir)
    serving = Serving(build(*product), listener)
    serving.start()
    _announce(engine, arguments.data_dir, port)
    code = _watch(engine, stop)
    return code if serving.stop() else 1


def _product(arguments: Arguments, cloud: Cloud, engine: Engine) -> tuple[Chalice, Cloud, Options]:
    """Import the app, now that the environment stands, and make what it needs.

    An app that is not ours (in tests) names its tables and subscriptions itself.
    """
    module = importlib.import_module(arguments.app)
    app: Chalice = module.app
    from chalicelib.kernel.tables import all_specs
    from chalicelib.kernel.wire import build_all
    from local.pages import documentation

    build_all()
    specs = module.TABLES if hasattr(module, "TABLES") else all_specs(module.SERVICES)
    worker = module if hasattr(module, "subscriptions") else importlib.import_module(_WORKER)
    provision(app, cloud, specs)
    options = Options(
        specs=specs,
        subscriptions=worker.subscriptions(),
        engine=engine,
        pages=documentation(),
        tick_scale=arguments.tick_scale,
        backoff=arguments.backoff,
    )
    return app, cloud, options


def _announce(engine: Engine, data_dir: Path | None, port: int) -> None:
    if data_dir is None:
        print("NOT DURABLE: everything is in memory and gone when this ends (--memory)")
    elif engine.durable is False:
        print(f"NOT DURABLE: tables are on {engine.name} and gone when this ends ({engine.note})")
    print(f"tables on {engine.name} at {engine.endpoint}; data in {data_dir or 'memory'}")
    print(f"mail at http://{HOST}:{port}/local/mailbox, health at http://{HOST}:{port}/health")
    print(f"ready http://{HOST}:{port}", flush=True)


def _watch(engine: Engine, stop: threading.Event) -> int:
    """Wait for a signal; a dead engine ends everything, because nothing works without tables."""
    while not stop.wait(_WATCH_SECONDS):
        if not engine.alive():
            _LOG.error("the DynamoDB engine stopped; see engine.log in the data directory")
            return 1
    print("stopping", flush=True)
    return 0


def run() -> None:
    """Leave with the code of `main`; a handler that still runs does not keep a broken host alive."""
    code = main()
    if code == 1:
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    run()

"""The fallback engine as a process: moto's server, which ends when its parent's pipe closes."""

from __future__ import annotations

import os
import sys
import threading


def _follow_the_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main(host: str, port: int) -> None:
    """Serve until the parent dies or says stop."""
    from moto.server import ThreadedMotoServer

    threading.Thread(target=_follow_the_parent, daemon=True).start()
    server = ThreadedMotoServer(ip_address=host, port=port, verbose=False)
    server.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

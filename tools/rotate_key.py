"""Begins the next generation of an owner's data key; everything sealed is sealed anew in the background.

`python -m tools.rotate_key --owner U#<id>` works on the stage that the environment names, as `tools.make_admin` does, or
with `--local http://127.0.0.1:8000` on a running `make run` of this machine. Reads and writes go on meanwhile.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.stages import point_at


def main(argv: Sequence[str] | None = None) -> int:
    """Give 0 when a rotation has begun, 1 when the owner has no key or a rotation is under way."""
    parser = argparse.ArgumentParser(prog="python -m tools.rotate_key", description=__doc__)
    parser.add_argument("--owner", required=True, help="U#<user id> or H#<household id>")
    parser.add_argument("--local", metavar="URL", help="where `make run` listens")
    parser.add_argument("--data-dir", type=Path, default=Path(".data"), help="of `make run`")
    given = parser.parse_args(argv)
    if given.local is not None:
        point_at(given.local, given.data_dir.resolve())
    return _rotate(given.owner)


def _rotate(name: str) -> int:
    from chalicelib.kernel import clock
    from chalicelib.kernel.errors import NotFound
    from chalicelib.kernel.owners import Owner
    from chalicelib.security import api as security

    try:
        begun = security.rotate_owner_key(Owner.parse(name), now=clock.now())
    except ValueError:
        print(f"{name} is no owner: U#<user id> or H#<household id>", file=sys.stderr)
        return 1
    except NotFound:
        print(f"{name} has no key here", file=sys.stderr)
        return 1
    if not begun:
        print(f"{name}: a rotation is under way already", file=sys.stderr)
        return 1
    print(f"{name} seals with a new key from an hour on; the rest follows in the background")
    return 0


if __name__ == "__main__":
    sys.exit(main())

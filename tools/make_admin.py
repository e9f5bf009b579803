"""Makes an administrator, or an ordinary user again: the only way to the first one.

`python -m tools.make_admin --email ada@example.org` works on the stage that the environment names
(`XPENSE_STAGE`, `XPENSE_KEYS`, AWS credentials that may write the users table and use its key); with
`--local http://127.0.0.1:8000` on a running `make run` of this machine. The person must have signed up and
verified the address before. It is entered in that person's audit log; no route of the product leads here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.stages import point_at


def main(argv: Sequence[str] | None = None) -> int:
    """Give 0 when it is done, 1 when nobody has the address or the local product does not answer."""
    parser = argparse.ArgumentParser(prog="python -m tools.make_admin", description=__doc__)
    parser.add_argument("--email", required=True, help="the verified address of the user")
    parser.add_argument("--remove", action="store_true", help="make an ordinary user again")
    parser.add_argument("--local", metavar="URL", help="where `make run` listens")
    parser.add_argument("--data-dir", type=Path, default=Path(".data"), help="of `make run`")
    given = parser.parse_args(argv)
    if given.local is not None:
        point_at(given.local, given.data_dir.resolve())
    return _appoint(given.email, admin=not given.remove)


def _appoint(email: str, *, admin: bool) -> int:
    from chalicelib.kernel.context import Visit
    from chalicelib.kernel.errors import Refusal
    from chalicelib.users.service.admin import appoint

    try:
        user_id = appoint(Visit(), email, admin=admin)
    except Refusal as refusal:
        print(f"nothing was changed: {refusal.slug}", file=sys.stderr)
        return 1
    print(f"{user_id} is {'an administrator' if admin else 'an ordinary user'} now")
    return 0


if __name__ == "__main__":
    sys.exit(main())

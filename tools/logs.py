"""What the services logged: of one request through all of them, of one service, or from a level on.

`python -m tools.logs --about <request, event or message id>` follows a request from the answer to the last message
that it caused. On this machine it reads `log.jsonl` in the data directory of `make run`, in the cloud the functions' log groups.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tools.stages import LOCAL, Stage, add_arguments, explained, since, span, stage_of

Line = dict[str, Any]
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_IDS: Final = ("request_id", "trace", "event_id", "message_id", "owner")
_SHOWN: Final = ("operation", "type", "status", "duration_ms", "reason", *_IDS)
_GROUPS: Final = "/aws/lambda/xpense-{stage}-"


def read(stage: Stage, *, begin: datetime, service: str = "", about: str = "") -> Iterator[Line]:
    """Give the lines since an instant, oldest first, as far as each source can sort them."""
    found = _of_file(stage.data_dir) if stage.name == LOCAL else _of_cloud(stage, begin, about)
    for line in found:
        at = _instant(line)
        if at is None or at < begin or (about and about not in _ids(line)):
            continue
        if service and not _is_of(line, service):
            continue
        yield line


def _of_file(data_dir: Path) -> Iterator[Line]:
    newest = data_dir / "log.jsonl"
    older = sorted(data_dir.glob("log.jsonl.*"), key=lambda path: -int(path.suffix[1:]))
    for path in (*older, newest):
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from _parsed(file)


def _of_cloud(stage: Stage, begin: datetime, about: str) -> Iterator[Line]:
    client = stage.client("logs")
    groups = client.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=_GROUPS.format(stage=stage.name)
    )
    for name in [group["logGroupName"] for page in groups for group in page["logGroups"]]:
        asked = {"logGroupName": name, "startTime": int(begin.timestamp() * 1_000)}
        if about:
            asked["filterPattern"] = json.dumps(about)
        for page in client.get_paginator("filter_log_events").paginate(**asked):
            yield from _parsed(event["message"] for event in page["events"])


def _parsed(texts: Iterable[str]) -> Iterator[Line]:
    """Lambda writes lines of its own between ours, and a process that was killed half a line."""
    for text in texts:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and "message" in line:
            yield line


def _instant(line: Line) -> datetime | None:
    try:
        return datetime.strptime(line["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z")
    except (KeyError, TypeError, ValueError):
        return None


def _ids(line: Line) -> set[object]:
    return {line.get(name) for name in _IDS}


def _is_of(line: Line, service: str) -> bool:
    """One process of this machine holds all services, so there the operation tells whose line it is."""
    return line.get("service") == f"xpense-{service}" or str(line.get("operation", "")).startswith(
        f"{service}."
    )


def shown(line: Line) -> str:
    """Write a line for a terminal: when, how bad, what, and the ids to ask on with."""
    facts = [f"{name}={line[name]}" for name in _SHOWN if line.get(name) not in {None, ""}]
    head = f"{line['timestamp'][:23]} {line.get('level', ''):<8}{line['message']}"
    trace = "\n" + line["exception"] if "exception" in line else ""
    return "  ".join([head, *facts]) + trace


def main(argv: Sequence[str] | None = None) -> int:
    """Print the lines that were asked for, or that there are none."""
    parser = argparse.ArgumentParser(prog="python -m tools.logs", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--service", default="", help="of one service")
    parser.add_argument("--since", type=span, default="1h", help="30m, 2h, 7d; default: 1h")
    parser.add_argument("--level", choices=_LEVELS, default="INFO", help="and worse")
    parser.add_argument("--about", default="", help="an id of a request, event, message or owner")
    parser.add_argument("--most", type=int, default=1_000, help="lines at most; default: 1000")
    parser.add_argument("--json", action="store_true", help="the lines as they are")
    given = parser.parse_args(argv)
    worth = _LEVELS[_LEVELS.index(given.level) :]
    lines = read(
        stage_of(given), begin=since(given.since), service=given.service, about=given.about
    )
    count = 0
    for line in islice((one for one in lines if one.get("level") in worth), given.most):
        count += 1
        print(json.dumps(line, ensure_ascii=False) if given.json else shown(line))
    if count == given.most:
        print(f"only the first {count} lines are shown: --most", file=sys.stderr)
    if not count:
        print(f"no such line since {since(given.since):%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    return 0


if __name__ == "__main__":
    with explained():
        sys.exit(main())

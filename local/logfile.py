"""The log as a file beside the data: every line of level INFO and above, whatever the terminal shows.

`python -m tools.logs` and `python -m tools.meter` read it, as they read CloudWatch for a stage in the cloud.
"""

from __future__ import annotations

from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from chalicelib.kernel.log import logger

NAME: Final = "log.jsonl"
_LEVEL: Final = "INFO"
_MOST_BYTES: Final = 10_000_000
_OLDER: Final = 3
"""Earlier files that are kept: `log.jsonl.1` is the newest of them."""


def keep(data_dir: Path) -> None:
    """Let the product's logger write into the data directory too; the terminal goes on as it was."""
    log = logger()
    shown = log.log_level
    for handler in log.handlers:
        handler.setLevel(shown)
    file = RotatingFileHandler(
        data_dir / NAME, maxBytes=_MOST_BYTES, backupCount=_OLDER, encoding="utf-8", delay=True
    )
    file.setFormatter(log.registered_formatter)
    file.setLevel(_LEVEL)
    log.addHandler(file)
    log.setLevel(min(shown, file.level))

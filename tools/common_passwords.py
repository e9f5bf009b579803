"""Build the list of common passwords that sign-up refuses, from a plain text file with one a line.

`python -m tools.common_passwords ../shared/data/security/common_passwords_30k.txt` writes
chalicelib/security/data/common_passwords.bin; where the words come from stands beside it.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from chalicelib.security.gateways.common_passwords import FILE, prefix


def build(lines: list[str]) -> bytes:
    """Hash each word, composed and case-folded as sign-up does, and sort the hashes."""
    words = {unicodedata.normalize("NFC", line).casefold() for line in lines if line}
    return b"".join(sorted({prefix(word) for word in words}))


def main(source: Path) -> int:
    """Write the list."""
    FILE.write_bytes(build(source.read_text(encoding="utf-8").splitlines()))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""How much one owner may keep: what is cheap for a household's papers, and dear only to who hoards."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.values import dataclass

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 5_000_000_000
"""5 GB: on S3 some 12 cents a month."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Number and bytes of the files that an owner keeps."""

    files: int
    bytes: int

    def has_room(self, size: int) -> bool:
        """Tell whether one more file of so many bytes may be kept."""
        return self.files < MOST_FILES and self.bytes + size <= MOST_BYTES

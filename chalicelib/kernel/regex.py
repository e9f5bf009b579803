"""Regular expressions that are compiled when they are first used.

Compiling one takes 0.1 to 1 ms, and a service names some dozens at the top of its modules, of which a request needs few.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

__all__ = ["regex"]

_TAKEN: Final = (
    *("pattern", "flags", "groups", "groupindex"),
    *("fullmatch", "match", "search", "finditer", "findall", "split", "sub", "subn", "scanner"),
)

if TYPE_CHECKING:
    from re import compile as regex
else:

    class regex:  # noqa: N801 - stands for a function
        """What `re.compile` gives, a little later: a fault in the text shows with the first use."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            """Keep what to compile."""
            self._told = (text, flags)

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
            if name not in _TAKEN:
                raise AttributeError(name)
            compiled = re.compile(*self._told)
            self.__dict__.update((one, getattr(compiled, one)) for one in _TAKEN)
            return self.__dict__[name]

        def __repr__(self) -> str:
            return repr(re.compile(*self._told))

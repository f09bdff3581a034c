"""A pattern that is compiled when it is first needed.

The database holds many hundred patterns and one device meets few of them; compiling all of them
would cost more than everything else that happens when a command starts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING


class _Compiled:
    """Two slots that fill themselves: the compiled pattern, and its method for searching."""

    __slots__ = ("_compiled", "search")

    search: Callable[[str], re.Match[str] | None]
    _compiled: re.Pattern[str]

    if not TYPE_CHECKING:  # a checker would take every misspelt attribute for granted

        def __getattr__(self, name: str) -> object:
            """Compile when an empty slot is read for the first time."""
            if name not in {"search", "_compiled"}:
                raise AttributeError(name)
            compiled = self.compile()
            return compiled.search if name == "search" else compiled


@dataclass(frozen=True, slots=True)
class Pattern(_Compiled):
    """A regular expression of the database, immutable, compared by its text.

    After the first use ``search`` is the compiled pattern's own method, so that matching costs
    what it costs with :mod:`re`.

    Attributes:
        pattern: the text.
        ignorecase: match without regard to case.
        needs: texts of which every match contains one, as ``model.literals.needed`` says; empty where
            nobody has worked them out.
    """

    pattern: str
    ignorecase: bool = False
    needs: tuple[str, ...] | None = field(default=(), compare=False)

    def compile(self) -> re.Pattern[str]:
        """The compiled pattern.

        Raises:
            re.error: the text is no pattern.
        """
        compiled = re.compile(self.pattern, re.IGNORECASE if self.ignorecase else 0)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "search", compiled.search)
        return compiled

    @property
    def groupindex(self) -> Mapping[str, int]:
        """The named groups."""
        return self._compiled.groupindex

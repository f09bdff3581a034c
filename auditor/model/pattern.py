"""A pattern that is compiled when it is first needed.

The database holds many hundred patterns and one device meets few of them; compiling all of them
would cost more than everything else that happens when a command starts.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn


class Pattern:
    """A regular expression of the database, immutable, compared by its text.

    After the first use ``search`` is the compiled pattern's own method, so that matching costs
    what it costs with :mod:`re`.

    Attributes:
        pattern: the text.
        ignorecase: match without regard to case.
        search: as :meth:`re.Pattern.search`.
    """

    __slots__ = ("_compiled", "ignorecase", "pattern", "search")

    pattern: str
    ignorecase: bool
    search: Callable[[str], re.Match[str] | None]
    _compiled: re.Pattern[str]

    def __init__(self, pattern: str, *, ignorecase: bool = False) -> None:
        object.__setattr__(self, "pattern", pattern)
        object.__setattr__(self, "ignorecase", ignorecase)

    def compile(self) -> re.Pattern[str]:
        """The compiled pattern, made once.

        Raises:
            re.error: the text is no pattern.
        """
        compiled = re.compile(self.pattern, re.IGNORECASE if self.ignorecase else 0)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "search", compiled.search)
        return compiled

    if not TYPE_CHECKING:  # a checker would take every misspelt attribute for granted

        def __getattr__(self, name: str) -> object:
            """Compile when one of the two slots that need it is read for the first time."""
            if name not in {"search", "_compiled"}:
                raise AttributeError(name)
            compiled = self.compile()
            return compiled.search if name == "search" else compiled

    @property
    def groupindex(self) -> Mapping[str, int]:
        """The named groups."""
        return self._compiled.groupindex

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pattern):
            return NotImplemented
        return (self.pattern, self.ignorecase) == (other.pattern, other.ignorecase)

    def __hash__(self) -> int:
        return hash((self.pattern, self.ignorecase))

    def __repr__(self) -> str:
        flags = ", ignorecase=True" if self.ignorecase else ""
        return f"Pattern({self.pattern!r}{flags})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"Pattern is immutable: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"Pattern is immutable: {name}")

    def __reduce__(self) -> tuple[Callable[[str, bool], "Pattern"], tuple[str, bool]]:
        """Copy and pickle by text; compiled code is not carried."""
        return _again, (self.pattern, self.ignorecase)


def _again(pattern: str, ignorecase: bool) -> Pattern:  # noqa: FBT001 - pickle passes by position
    return Pattern(pattern, ignorecase=ignorecase)

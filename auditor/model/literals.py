"""Text that every match of a pattern must contain: what lets most patterns be passed over unread."""

import re
from collections.abc import Iterable
from typing import Any, Final

_LEAST: Final = 3
_MOST_WAYS: Final = 8
_PLAIN: Final = frozenset(range(0x20, 0x7F))


def needed(pattern: str, *, ignorecase: bool) -> tuple[str, ...] | None:
    """Lower-case ASCII texts of which any match contains at least one; None if nothing is certain.

    The parse tree is Python's own; whatever of it is not known here counts as uncertain.

    Args:
        pattern: a regular expression.
        ignorecase: how it is matched.
    """
    try:
        parser: Any = re._parser  # type: ignore[attr-defined] # noqa: SLF001 - no public way to a parse tree
        tree = parser.parse(pattern, re.IGNORECASE if ignorecase else 0)
    except (AttributeError, re.error, RecursionError):
        return None
    return _best(_needs(tree))


def _needs(tree: Iterable[Any]) -> list[tuple[str, ...]]:
    """Each item: texts of which a match contains at least one."""
    found: list[tuple[str, ...]] = []
    run: list[str] = []

    def end() -> None:
        if len(run) >= _LEAST:
            found.append(("".join(run).lower(),))
        run.clear()

    for code, value in tree:
        name = str(code)
        if name == "LITERAL" and value in _PLAIN:
            run.append(chr(value))
            continue
        if name == "AT":
            continue  # a place, not a letter: what stands on its two sides still touches
        end()
        if name == "SUBPATTERN":
            found += _needs(value[-1])
        elif name == "ATOMIC_GROUP":
            found += _needs(value)
        elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and value[0] >= 1:
            found += _needs(value[2])
        elif name == "BRANCH":
            found += _branch(value[1])
    end()
    return found


def _branch(ways: Iterable[Any]) -> list[tuple[str, ...]]:
    texts: list[str] = []
    for way in ways:
        best = _best(_needs(way))
        if best is None:
            return []
        texts += best
    return [tuple(dict.fromkeys(texts))] if len(texts) <= _MOST_WAYS else []


def _best(needs: list[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The need that fewest texts meet: the longest shortest text, then the fewest ways."""
    return max(needs, key=lambda ways: (min(map(len, ways)), -len(ways)), default=None)

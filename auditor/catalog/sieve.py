"""Which rules a value could meet: found by what the value contains, not by trying every rule.

Each pattern's needed text (``model.literals``) is entered under one of its three-letter pieces.
A value is cut into such pieces once, and only rules entered under one of them are tried, with
those that need nothing certain. So the cost of a value grows with its length and with what it
nearly meets, not with the number of rules.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from auditor.catalog.memory import LONGEST, Memory
from auditor.model.knowledge import Rule
from auditor.model.literals import needed

_PIECE: Final = 3

Met = tuple[int, Rule, re.Match[str]]
"""A rule's place among those of its signal, the rule, and its match."""


class Rules(tuple[Rule, ...]):  # noqa: SLOT001 - it keeps its sieves
    """The rules of one signal, in order, with a sieve for each field that they read."""

    @cached_property
    def sieves(self) -> "dict[str | None, Sieve]":
        """The field (None: the whole value) → its sieve."""
        fields: dict[str | None, list[tuple[int, Rule]]] = {}
        for place, rule in enumerate(self):
            fields.setdefault(rule.field, []).append((place, rule))
        return {field: Sieve(rules) for field, rules in fields.items()}

    @cached_property
    def wanted(self) -> tuple[str, ...] | None:
        """Texts, one of which stands in every ASCII value, in lower case, that meets a rule.

        None where the rules read fields, or one of them needs nothing certain.
        """
        sieves = self.sieves
        return sieves[None].wanted if sieves.keys() == {None} else None


class Sieve:
    """Rules that read the same text."""

    def __init__(self, rules: Iterable[tuple[int, Rule]]) -> None:
        """Enter each rule under what it needs."""
        self._always: list[tuple[int, Rule]] = []
        self._texts: list[tuple[str, tuple[int, Rule]]] = []
        entered: list[tuple[tuple[str, ...], tuple[int, Rule]]] = []
        for item in rules:
            pattern = item[1].pattern
            texts = pattern.needs
            if texts == ():
                texts = needed(pattern.pattern, ignorecase=pattern.ignorecase)
            if texts is None:
                self._always.append(item)
            else:
                entered.append((texts, item))
                self._texts += [(text, item) for text in texts]
        self._all = sorted((*self._always, *(item for _, item in entered)), key=_place)
        self._by_piece = _index(entered)
        self._pieces = self._by_piece.keys()
        self.memory = Memory()

    @property
    def wanted(self) -> tuple[str, ...] | None:
        """As for ``Rules``."""
        return None if self._always else tuple(dict.fromkeys(text for text, _ in self._texts))

    def recalled(self, text: str) -> tuple[Met, ...]:
        """As ``met``, for texts that repeat where what they stand in does not: fields of answers."""
        if len(text) > LONGEST:
            return self.met(text)
        return self.memory.recall(text, self.met, text)

    def met(self, text: str) -> tuple[Met, ...]:
        """The rules that a text meets, each with its match, in order."""
        candidates = self.candidates(text)
        if not candidates:
            return ()
        found: list[Met] = []
        for place, rule in candidates:
            match = rule.pattern.search(text)
            if match is None or ((rule.every or rule.none) and not _agrees(rule, text)):
                continue
            found.append((place, rule, match))
        return tuple(found)

    def candidates(self, text: str) -> Sequence[tuple[int, Rule]]:
        """The rules that the text could meet, each once, in order."""
        if not text.isascii():  # letters beyond ASCII may equal ASCII ones without regard to case
            return self._all
        low = text.lower()
        if len(low) >= len(self._texts):  # looking for each text costs less than cutting this one
            chosen = {item[0]: item for needs, item in self._texts if needs in low}
        else:
            pieces = {low[at : at + _PIECE] for at in range(len(low) - _PIECE + 1)}
            chosen = {
                item[0]: item
                for piece in pieces & self._pieces
                for needs, item in self._by_piece[piece]
                if needs in low
            }
        if not chosen:
            return self._always
        found = [*self._always, *chosen.values()]
        return sorted(found, key=_place) if len(found) > 1 else found


def _agrees(rule: Rule, text: str) -> bool:
    """Whether the rule's further patterns are found in the text, and those that must not be are not."""
    return all(other.search(text) is not None for other in rule.every) and not any(
        other.search(text) is not None for other in rule.none
    )


def _place(item: tuple[int, Rule]) -> int:
    return item[0]


def _index(
    entered: Iterable[tuple[tuple[str, ...], tuple[int, Rule]]],
) -> dict[str, list[tuple[str, tuple[int, Rule]]]]:
    """Each text under that one of its pieces which fewest texts share."""
    listed = [(text, item) for texts, item in entered for text in texts]
    common: dict[str, int] = {}
    for text, _ in listed:
        for piece in _pieces(text):
            common[piece] = common.get(piece, 0) + 1
    index: dict[str, list[tuple[str, tuple[int, Rule]]]] = {}
    for text, item in listed:
        rarest = min(_pieces(text), key=lambda piece: (common[piece], piece))
        index.setdefault(rarest, []).append((text, item))
    return index


def _pieces(text: str) -> set[str]:
    return {text[at : at + _PIECE] for at in range(len(text) - _PIECE + 1)}

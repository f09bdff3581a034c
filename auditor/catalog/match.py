"""One rule meeting one value. Used by attribution, and by ``verify`` on the rules' own examples."""

import re
from collections.abc import Iterable, Iterator, Mapping

from auditor.catalog.sieve import Rules, Sieve
from auditor.model.errors import Malformed
from auditor.model.knowledge import Rule
from auditor.wire.flatten import flatten, text_of


def meet(rule: Rule, value: str) -> re.Match[str] | None:
    """The match of a rule's pattern in a value of its signal; None when it does not apply.

    A value that cannot be read as its signal's structure meets no rule that reads a field of it.
    """
    return next((found for _, found in meetings((rule,), rule.signal, value)), None)


def meetings(
    rules: Iterable[Rule], signal: str, value: str
) -> Iterator[tuple[Rule, re.Match[str]]]:
    """Every rule of one signal that a value meets, with its match; the value is read once.

    Args:
        rules: rules on ``signal``.
        signal: what the value is.
        value: as observed.
    """
    known = rules if isinstance(rules, Rules) else Rules(rules)
    found: list[tuple[int, Rule, re.Match[str]]] = []
    leaves: Mapping[str, tuple[str, ...]] | None = None
    for field, sieve in known.sieves.items():
        if field is None:
            texts: tuple[str, ...] = (text_of(signal, value),)
        else:
            if leaves is None:
                leaves = _leaves(signal, value)
            texts = leaves.get(field, ())
        found += _met(sieve, texts)
    found.sort(key=_place)
    for _, rule, match in found:
        yield rule, match


def _met(sieve: Sieve, texts: tuple[str, ...]) -> Iterator[tuple[int, Rule, re.Match[str]]]:
    """Each rule once, with its match in the first text that it meets."""
    done: set[int] = set()
    for text in texts:
        for place, rule in sieve.candidates(text):
            if place in done:
                continue
            match = _search(rule, text)
            if match is not None:
                done.add(place)
                yield place, rule, match


def _place(item: tuple[int, Rule, re.Match[str]]) -> int:
    return item[0]


def _leaves(signal: str, value: str) -> Mapping[str, tuple[str, ...]]:
    try:
        return flatten(signal, value)
    except Malformed:
        return {}


def _search(rule: Rule, text: str) -> re.Match[str] | None:
    found = rule.pattern.search(text)
    if found is None:
        return None
    if rule.every and any(other.search(text) is None for other in rule.every):
        return None
    if rule.none and any(other.search(text) is not None for other in rule.none):
        return None
    return found

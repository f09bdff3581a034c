"""One rule meeting one value. Used by attribution, and by ``verify`` on the rules' own examples."""

import re
from collections.abc import Iterable, Mapping

from auditor.catalog.sieve import Met, Rules, Sieve
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
) -> tuple[tuple[Rule, re.Match[str]], ...]:
    """Every rule of one signal that a value meets, with its match; the value is read once.

    Args:
        rules: rules on ``signal``.
        signal: what the value is.
        value: as observed.
    """
    known = rules if isinstance(rules, Rules) else Rules(rules)
    found: list[Met] = []
    leaves: Mapping[str, tuple[str, ...]] | None = None
    for field, sieve in known.sieves.items():
        if field is None:
            found += sieve.met(text_of(signal, value))
            continue
        if leaves is None:
            leaves = _leaves(signal, value)
        texts = leaves.get(field, ())
        found += (
            _first(sieve, texts) if len(texts) > 1 else sieve.recalled(texts[0]) if texts else ()
        )
    if len(found) > 1:
        found.sort(key=_place)
    return tuple([(rule, match) for _, rule, match in found])


def _first(sieve: Sieve, texts: Iterable[str]) -> Iterable[Met]:
    """Each rule once, with its match in the first text that it meets."""
    done: dict[int, Met] = {}
    for text in texts:
        for one in sieve.recalled(text):
            done.setdefault(one[0], one)
    return done.values()


def _place(item: Met) -> int:
    return item[0]


def _leaves(signal: str, value: str) -> Mapping[str, tuple[str, ...]]:
    try:
        return flatten(signal, value)
    except Malformed:
        return {}

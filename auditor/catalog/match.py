"""One rule meeting one value. Used by attribution, and by ``verify`` on the rules' own examples."""

import re

from auditor.model.errors import Malformed
from auditor.model.knowledge import Rule
from auditor.wire.flatten import flatten, text_of


def meet(rule: Rule, value: str) -> re.Match[str] | None:
    """The match of a rule's pattern in a value of its signal; None when it does not apply.

    A value that cannot be read as its signal's structure meets no rule that reads a field of it.
    """
    if rule.field is None:
        return _search(rule, text_of(rule.signal, value))
    try:
        texts = flatten(rule.signal, value).get(rule.field, ())
    except Malformed:
        return None
    for text in texts:
        found = _search(rule, text)
        if found is not None:
            return found
    return None


def _search(rule: Rule, text: str) -> re.Match[str] | None:
    found = rule.pattern.search(text)
    if found is None:
        return None
    if any(other.search(text) is None for other in rule.every):
        return None
    if any(other.search(text) is not None for other in rule.none):
        return None
    return found

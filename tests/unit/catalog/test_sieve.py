"""The sieve finds exactly the rules that trying every rule would find."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.catalog.match import meetings
from auditor.catalog.sieve import Rules
from auditor.model.knowledge import Rule
from auditor.model.literals import needed
from auditor.model.pattern import Pattern
from auditor.model.words import Strength


@pytest.mark.parametrize(
    ("pattern", "ignorecase", "texts"),
    [
        ("^App-webs/?$", False, ("app-webs",)),
        ("(?i)^hik", False, ("hik",)),
        (r"^\d+$", False, None),
        ("^(?:DNVRS|DVRDVS)-Webs$", False, ("-webs",)),
        ("^(?:abcd|efgh)$", False, ("abcd", "efgh")),
        ("^(?:abcd|e)$", False, None),
        ("x?yz", False, None),
        ("(?:abc)?def", False, ("def",)),
        ("(?:abc)+", True, ("abc",)),
        ("[Cc]amera", False, ("amera",)),
        ("a(?=bcd)", False, None),
        ("Käse und Brot", False, ("se und brot",)),
        ("(", False, None),
    ],
)
def test_what_a_pattern_needs(pattern, ignorecase, texts):
    assert needed(pattern, ignorecase=ignorecase) == texts


WORDS = ("App-webs", "webs", "WEBS", "hik", "camera", "CAM", "x", "12", "K", "ſ", "\u212a", " ")
PATTERNS = (
    "^App-webs", "(?i)app-webs", "webs$", "cam(?:era|)", "(?:hik|web)", r"\d+", "^x", "k(?=am)",
    "(?i)k", "(?i)webs", "a.p", "(?:hik){1,2}", "(?i:HIK)", "camera|webs",
)  # fmt: skip


def _rule(number: int, pattern: str, *, ignorecase: bool) -> Rule:
    return Rule(
        id=f"r{number}", owner=None, signal="http.server", field=None,
        pattern=Pattern(pattern, ignorecase), strength=Strength.WEAK,
    )  # fmt: skip


RULES = tuple(
    _rule(number, pattern, ignorecase=bool(number % 2)) for number, pattern in enumerate(PATTERNS)
)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
@example("\u212aamera")  # the Kelvin sign is a k without regard to case
@example("webſ")
def test_it_finds_what_trying_every_rule_finds(text):
    found = [rule.id for rule, _ in meetings(Rules(RULES), "http.server", text)]
    plain = [
        rule.id
        for rule in RULES
        if re.search(rule.pattern.pattern, text, re.IGNORECASE if rule.pattern.ignorecase else 0)
    ]
    assert found == plain


def test_every_example_of_the_database_passes_the_sieve(catalog):
    for rule in catalog.rules:
        rules = catalog.rules_by_signal[rule.signal]
        for shown in rule.examples:
            met = {one.id for one, _ in meetings(rules, rule.signal, shown.value)}
            assert rule.id in met


def test_what_a_rule_needs_is_worked_out_when_the_database_is_read(catalog):
    """Not in each process again, and what the compiled database holds is what would be found."""
    for rule in catalog.rules:
        pattern = rule.pattern
        assert pattern.needs == needed(pattern.pattern, ignorecase=pattern.ignorecase)
        assert pattern.needs != ()


def test_most_rules_can_be_passed_over_unread(catalog):
    certain = [needed(r.pattern.pattern, ignorecase=r.pattern.ignorecase) for r in catalog.rules]
    assert sum(texts is not None for texts in certain) > 0.7 * len(certain)


@given(text=st.lists(st.sampled_from(WORDS)).map("".join).filter(str.isascii))
def test_a_text_without_any_that_is_wanted_meets_no_rule(text):
    rules = Rules(rule for rule in RULES if needed(rule.pattern.pattern, ignorecase=True))
    assert rules.wanted is not None
    if not any(wanted in text.lower() for wanted in rules.wanted):
        assert meetings(rules, "http.server", text) == ()


def test_nothing_is_known_to_be_wanted_where_a_rule_needs_nothing_certain():
    assert Rules(RULES).wanted is None

"""A pattern of the database: compiled when needed, otherwise like `re`."""

import copy
import pickle
import re

import pytest

from auditor.model.pattern import Pattern


def test_it_searches_like_re():
    pattern = Pattern(r"^(?P<model>DS-\d+)")
    found = pattern.search("DS-2CD2042")
    assert found is not None
    assert found["model"] == "DS-2"
    assert pattern.search("xDS-2") is None


def test_case_counts_unless_it_says_otherwise():
    assert Pattern("^abc").search("ABC") is None
    assert Pattern("^abc", ignorecase=True).search("ABC")


def test_nothing_is_compiled_before_the_first_search(monkeypatch):
    made = []
    real = re.compile
    monkeypatch.setattr("auditor.model.pattern.re.compile", lambda *a: made.append(a) or real(*a))
    pattern = Pattern("^a")
    assert made == []
    for _ in range(3):
        pattern.search("a")
    assert len(made) == 1


def test_named_groups_are_told_without_a_search():
    assert dict(Pattern("(?P<date>a)(?P<oem>b)").groupindex) == {"date": 1, "oem": 2}


def test_equality_and_hash_follow_text_and_case():
    assert Pattern("a") == Pattern("a")
    assert hash(Pattern("a")) == hash(Pattern("a"))
    assert len({Pattern("a"), Pattern("a", ignorecase=True), Pattern("b")}) == 3


def test_a_used_pattern_can_be_copied_and_pickled():
    pattern = Pattern("^a")
    pattern.search("a")
    for other in (copy.deepcopy(pattern), pickle.loads(pickle.dumps(pattern))):
        assert other == pattern
        assert other.search("ab")


def test_it_is_immutable_and_has_no_other_attributes():
    pattern = Pattern("a")
    with pytest.raises(AttributeError):
        pattern.pattern = "b"
    with pytest.raises(AttributeError):
        pattern.fullmatch("a")


def test_a_bad_pattern_says_so_when_compiled():
    with pytest.raises(re.error):
        Pattern("(").compile()

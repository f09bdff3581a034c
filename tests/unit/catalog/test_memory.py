"""What is remembered, and for how long."""

from auditor.catalog import memory
from auditor.catalog.memory import Memory


def test_a_result_is_made_once_for_each_key():
    made = []
    kept = Memory()
    for key in ("a", "b", "a"):
        kept.recall(key, lambda key=key: made.append(key) or key)
    assert made == ["a", "b"]


def test_what_is_asked_for_again_and_again_outlives_any_number_of_unique_things(monkeypatch):
    monkeypatch.setattr(memory, "_MOST", 10)
    made = []
    kept = Memory()
    for number in range(100):
        kept.recall(number, lambda: ())
        if number % 5 == 0:
            kept.recall("often", lambda: made.append(1) or True)
    assert made == [1]


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(memory, "_MOST", 10)
    made = []
    kept = Memory()
    for number in (*range(1000), *range(1000)):
        kept.recall(number, lambda number=number: made.append(number) or True)
    assert len(made) == 2000


def test_forgetting_drops_everything():
    kept = Memory()
    kept.recall("a", lambda: "old")
    kept.forget()
    assert kept.recall("a", lambda: "new") == "new"

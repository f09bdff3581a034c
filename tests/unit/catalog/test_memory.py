"""What is remembered, and for how long."""

from auditor.catalog.memory import Memory


def test_a_result_is_made_once_for_each_key():
    made = []
    kept = Memory()
    for key in ("a", "b", "a"):
        kept.recall(key, lambda key=key: made.append(key) or key)
    assert made == ["a", "b"]


def test_what_is_asked_for_again_and_again_outlives_any_number_of_unique_things():
    made = []
    kept = Memory(10)
    for number in range(100):
        kept.recall(number, lambda: ())
        if number % 5 == 0:
            kept.recall("often", lambda: made.append(1) or True)
    assert made == [1]


def test_what_is_kept_is_bounded():
    made = []
    kept = Memory(10)
    for number in (*range(1000), *range(1000)):
        kept.recall(number, lambda number=number: made.append(number) or True)
    assert len(made) == 2000


def test_forgetting_drops_everything():
    kept = Memory()
    kept.recall("a", lambda: "old")
    kept.forget()
    assert kept.recall("a", lambda: "new") == "new"


def test_a_part_is_the_same_for_each_who_names_it_and_no_other():
    kept = Memory()
    assert kept.part("one") is kept.part("one")
    kept.part("one").recall("a", lambda: 1)
    assert kept.part("other").recall("a", lambda: 2) == 2
    assert kept.recall("a", lambda: 3) == 3


def test_a_part_has_a_bound_of_its_own():
    made = []
    part = Memory().part("small", 2)
    for number in (*range(10), *range(10)):
        part.recall(number, lambda number=number: made.append(number) or True)
    assert len(made) == 20
    assert len(part.near) <= 2


def test_parts_are_forgotten_with_the_whole():
    kept = Memory()
    kept.part("one").recall("a", lambda: "old")
    kept.forget()
    assert kept.part("one").recall("a", lambda: "new") == "new"

from dataclasses import replace

import pytest

from auditor.history.less import told_less
from auditor.model.judgement import Attribution
from auditor.model.words import Grade, Kind, Role
from tests.unit.history.nights import camera, maker, scan

NET = "site"
BRAND = Attribution(role=Role.BRAND, vendor="imou", grade=Grade.PROBABLE, because=maker().because)
FULL = camera(1, attributions=(maker("dahua"), BRAND), brand="imou")
POOR = replace(FULL, attributions=(maker("dahua"),), brand=None, model=None)


def weaker(grade, vendor="dahua"):
    return replace(maker(vendor), grade=grade)


@pytest.mark.parametrize(
    ("now", "less"),
    [
        (POOR, True),
        (replace(FULL, attributions=(weaker(Grade.PROBABLE), BRAND)), True),
        (replace(FULL, attributions=(), kind=Kind.UNKNOWN), True),
        (replace(FULL, serial=None), True),
        (FULL, False),
        (replace(FULL, attempts=()), False),  # nothing that is known is missing
        (replace(FULL, firmware="9.9"), False),  # news
        (replace(POOR, firmware="9.9"), False),
        (replace(POOR, attributions=(maker("hikvision"),)), False),
        (replace(POOR, attributions=(maker("dahua"), maker("hikvision"))), False),
        (replace(POOR, kind=Kind.RECORDER), False),
        (replace(POOR, address="10.0.9.9"), False),  # moved
        (replace(POOR, children=(camera(7, id="ch-1"),)), False),  # one more behind it
    ],
)
def test_less_is_what_lacks_something_and_says_nothing_new(now, less):
    assert told_less(FULL, now) is less


def test_a_better_grade_is_news():
    assert not told_less(POOR, FULL)
    poorer = replace(POOR, attributions=(weaker(Grade.POSSIBLE),))
    assert not told_less(poorer, POOR)


def test_a_lesser_camera_behind_a_recorder_is_less_and_a_missing_one_is_not():
    both = replace(camera(2), children=(replace(FULL, id="ch-1"),))
    assert told_less(both, replace(both, children=(replace(POOR, id="ch-1"),)))
    assert not told_less(both, replace(both, children=()))


def told(history, *nights, patience=3):
    """The ids of the devices that are news, night after night."""
    return [
        [item.id for item in history.add(scan(n, one), network=NET, patience=patience).before]
        for n, one in enumerate(nights)
    ]


def test_a_night_or_two_of_less_are_no_news_and_neither_is_the_return(history):
    assert told(history, FULL, POOR, FULL, POOR, POOR, FULL) == [[]] * 6
    assert [item.brand for item in history.last_known(NET, [FULL.id])] == ["imou"]


def test_less_in_as_many_nights_as_make_a_device_gone_is_news(history):
    assert told(history, FULL, POOR, POOR, POOR, POOR) == [[], [], [], [FULL.id], []]
    assert [item.brand for item in history.last_known(NET, [FULL.id])] == [None]


def test_a_change_is_news_at_once_and_against_what_was_known_best(history):
    changed = replace(FULL, firmware="9.9")
    assert told(history, FULL, POOR, changed) == [[], [], [FULL.id]]


def test_the_document_of_the_night_says_what_it_saw(history):
    told(history, FULL, POOR)
    assert [item.brand for item in history.get("night0001").assets] == [None]


def test_incomplete_nights_do_not_count(history):
    history.add(scan(0, FULL), network=NET, patience=3)
    for night in range(1, 5):
        added = history.add(scan(night, POOR, complete=False), network=NET, patience=3)
        assert added.before == ()


def test_without_patience_less_is_news_at_once(history):
    assert told(history, FULL, POOR, FULL, patience=1) == [[], [FULL.id], [FULL.id]]

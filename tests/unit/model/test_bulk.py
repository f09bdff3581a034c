"""Bulk work leaves the collector as it was."""

import gc

import pytest

from auditor.model.bulk import bulk


def test_the_collector_looks_seldom_inside_and_as_before_outside():
    before = gc.get_threshold()
    with bulk():
        assert gc.isenabled()
        assert gc.get_threshold() > before
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_an_error_inside_leaves_the_collector_as_it_was():
    before = gc.get_threshold()
    with pytest.raises(KeyError), bulk():
        raise KeyError
    assert gc.get_threshold() == before


def test_a_collector_that_is_off_stays_off():
    gc.disable()
    try:
        with bulk():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()

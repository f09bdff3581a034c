"""The month of production against the periods of the rebrand directory."""

from dataclasses import replace
from datetime import date

import pytest

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Role

PLAIN = (("brand", "Honeywell"), ("model", "H4W2PER3"))


def serial(month):
    """A Hikvision serial number of that month: the only grammar that tells a date."""
    return ("serial", f"DS-2CD2032-I{month}15AAWR400000001")


def look(catalog, *pairs):
    return attribute([Observation(signal=name, value=value) for name, value in pairs], catalog)


def rows(judged, vendor):
    """The directory rows that speak for a maker."""
    return {
        evidence.rule
        for item in judged.attributions
        if item.role is Role.MAKER and item.vendor == vendor
        for evidence in item.because
        if evidence.rule.startswith("brands.csv:")
    }


def dated(catalog, since=None, until=None):
    """The catalog with other periods for Honeywell's Dahua row."""
    brands = tuple(
        replace(row, since=since, until=until)
        if (row.brand, row.maker) == ("honeywell", "dahua")
        else row
        for row in catalog.brands
    )
    return replace(catalog, brands=brands)


def test_the_serial_number_tells_the_month(catalog):
    assert look(catalog, serial("201903")).built == "2019-03"


def test_without_a_date_of_production_the_row_speaks_and_says_its_period(catalog):
    (rule,) = rows(look(catalog, *PLAIN), "dahua")
    assert rule.endswith("(until 2022-04)")


def test_a_row_that_ended_before_the_device_was_built_does_not_testify(catalog):
    assert rows(look(catalog, *PLAIN, serial("202205")), "dahua") == set()


def test_a_row_that_still_ran_when_the_device_was_built_testifies(catalog):
    (rule,) = rows(look(catalog, *PLAIN, serial("202203")), "dahua")
    assert rule.endswith("(until 2022-04)")


def test_inside_the_last_month_the_row_speaks_and_says_that_the_day_is_open(catalog):
    (rule,) = rows(look(catalog, *PLAIN, serial("202204")), "dahua")
    assert rule.endswith("(until 2022-04, built in that month)")


@pytest.mark.parametrize(
    ("month", "speaks"), [("201812", False), ("201901", True), ("202001", True)]
)
def test_a_row_that_began_after_the_device_was_built_does_not_testify(catalog, month, speaks):
    later = dated(catalog, since=date(2019, 1, 31))
    assert bool(rows(look(later, *PLAIN, serial(month)), "dahua")) is speaks


def test_two_months_of_production_are_none(catalog):
    judged = look(
        catalog, *PLAIN, serial("202205"), ("serial", "DS-2CD2032-I20190115AAWR400000002")
    )
    assert judged.built is None
    assert rows(judged, "dahua")


def test_a_model_code_of_an_ended_rebrand_does_not_testify_either(catalog):
    bare = ("model", "HDZ302LIK")
    assert rows(look(catalog, bare), "dahua")
    assert rows(look(catalog, bare, serial("202301")), "dahua") == set()

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.form import Clause, Form
from auditor.report.far.days import business_day_after, holidays, is_business_day
from auditor.report.far.due import deadlines, moment, weekday

EASTERN = timezone(timedelta(hours=-5))
DAYS = st.dates(min_value=date(2018, 1, 1), max_value=date(2100, 12, 31))


def days(year: int) -> list[str]:
    return [day.isoformat() for day in holidays(year)]


def test_the_holidays_of_2026_are_those_that_the_government_keeps():
    assert days(2026) == [
        "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03",
        "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
    ]  # fmt: skip


def test_a_new_year_on_a_saturday_is_kept_in_the_old_year():
    assert days(2021) == [
        "2021-01-01", "2021-01-18", "2021-02-15", "2021-05-31", "2021-06-18", "2021-07-05",
        "2021-09-06", "2021-10-11", "2021-11-11", "2021-11-25", "2021-12-24", "2021-12-31",
    ]  # fmt: skip
    assert holidays(2021)[date(2021, 12, 31)] == "New Year's Day"
    assert "2022-01-01" not in days(2022)


def test_a_holiday_on_a_sunday_is_kept_on_the_monday():
    assert days(2023)[0] == "2023-01-02"


def test_juneteenth_is_kept_since_2021():
    assert "2020-06-19" not in days(2020)
    assert "2021-06-18" in days(2021)


@given(start=DAYS, count=st.integers(1, 60))
def test_the_nth_business_day_has_n_business_days_up_to_it(start, count):
    due, skipped = business_day_after(start, count)
    between = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    assert is_business_day(due)
    assert sum(is_business_day(day) for day in between) == count
    assert {day for day, _ in skipped} == {
        day for day in between if day.weekday() < 5 and not is_business_day(day)
    }


@given(start=DAYS, first=st.integers(1, 20), then=st.integers(1, 20))
def test_counting_in_two_steps_gives_the_same_day(start, first, then):
    half, _ = business_day_after(start, first)
    assert business_day_after(half, then)[0] == business_day_after(start, first + then)[0]


@pytest.mark.parametrize("count", [0, -1, 367])
def test_counting_is_bounded(count):
    with pytest.raises(ValueError, match="count from 1 to 366"):
        business_day_after(date(2026, 1, 1), count)


def test_a_date_is_written_as_in_us_documents():
    assert weekday(date(2026, 11, 23)) == "Monday, November 23, 2026"


def test_a_moment_keeps_the_offset_that_was_given():
    assert moment(datetime(2026, 11, 20, 16, 5, tzinfo=EASTERN)) == "2026-11-20 16:05 (UTC-05:00)"


# deadlines


def at(day: int, hour: int = 16) -> datetime:
    return datetime(2026, 11, day, hour, 5, tzinfo=EASTERN)


def test_without_a_persons_time_no_clause_gives_a_date():
    for clause in Clause:
        told = deadlines(Form(clause=clause, deadline_hours=None))
        assert [one.due for one in told] == [None] * len(told)
        assert all(one.counted.startswith("No due date is given") for one in told)


def test_a_deviation_with_hours_still_needs_the_persons_time():
    told = deadlines(Form(clause=Clause.FAR_52_240_91, deadline_hours=72))
    assert told[0].due is None


def test_the_initial_report_is_due_one_business_day_after_friday():
    first, later = deadlines(Form(identified_at=at(20)))
    assert first.due == "2026-11-23"
    assert "Friday, November 20, 2026" in first.counted
    assert later.due is None


def test_a_holiday_is_skipped_and_named():
    (first, _) = deadlines(Form(identified_at=at(25)))
    assert first.due == "2026-11-27"
    assert "Thursday, November 26, 2026, Thanksgiving Day" in first.counted


def test_identification_on_a_saturday_counts_from_it_and_says_so():
    (first, _) = deadlines(Form(identified_at=at(21)))
    assert first.due == "2026-11-23"
    assert "which is no business day" in first.counted


def test_the_day_is_that_of_the_offset_given():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=EASTERN)  # Tuesday in UTC
    assert deadlines(Form(identified_at=late))[0].due == "2026-11-24"


def test_the_follow_up_runs_from_the_submission_of_the_initial_report():
    _, later = deadlines(Form(identified_at=at(20), initial_submitted_at=at(23)))
    assert later.due == "2026-12-08"


def test_the_deviation_counts_only_what_a_person_read_in_the_contract():
    none, _ = deadlines(Form(clause=Clause.FAR_52_240_91, identified_at=at(20)))
    assert none.due is None
    assert "Read the clause" in none.counted
    hours, _ = deadlines(Form(clause=Clause.FAR_52_240_91, identified_at=at(20), deadline_hours=72))
    assert hours.due == "2026-11-23T16:05:00-05:00"
    days, later = deadlines(
        Form(
            clause=Clause.FAR_52_240_91,
            identified_at=at(20),
            deadline_business_days=3,
            followup_business_days=10,
            initial_submitted_at=at(23),
        )
    )
    assert (days.due, later.due) == ("2026-11-25", "2026-12-08")


def test_a_grant_has_no_reporting_time_even_with_a_persons_time():
    (only,) = deadlines(Form(clause=Clause.CFR_200_216, identified_at=at(20)))
    assert only.due is None
    assert "awarding agency" in only.counted

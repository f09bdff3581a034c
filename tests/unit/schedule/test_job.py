import time
import zoneinfo
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.errors import UsageError
from auditor.schedule.job import DEFAULT_AT, Job, jumped_over, parse_at, parse_delay


@pytest.mark.parametrize(
    ("text", "minutes"), [("0", 0), ("30m", 30), ("30", 30), ("2h", 120), ("90s", 2), ("5min", 5)]
)
def test_a_delay_is_whole_minutes_rounded_up(text, minutes):
    assert parse_delay(text) == minutes


@pytest.mark.parametrize("text", ["", "-5m", "13h", "1d", "m", "30m; id", "٣m"])
def test_what_is_no_delay_is_refused(text):
    with pytest.raises(UsageError):
        parse_delay(text)


@pytest.mark.parametrize("text", ["24:00", "2", "02:60", "2:3", "02:30 ", "noon"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(UsageError):
        parse_at(text)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_a_day_is_read(hour, minute):
    assert parse_at(f"{hour:02}:{minute:02}") == (hour, minute)


@pytest.mark.parametrize("place", ["/etc/my files/a.toml", "/etc/100%.toml", "/etc/a\nb", "/a;b"])
def test_a_path_that_a_unit_or_a_crontab_would_read_otherwise_is_refused(place):
    with pytest.raises(UsageError, match="move the file"):
        Job(config=Path(place))


def test_relative_paths_are_refused():
    with pytest.raises(UsageError):
        Job(config=Path("auditor.toml"))
    with pytest.raises(UsageError):
        Job(config=Path("/a.toml"), program=("audit",))


@pytest.fixture
def zone(monkeypatch):
    """Set the machine's time zone."""

    def set_to(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_to
    monkeypatch.undo()
    time.tzset()


def test_the_night_that_summer_time_swallows_is_found(zone):
    zone("Europe/Berlin")
    assert jumped_over(2, 30, date(2026, 11, 22)) == date(2027, 3, 28)
    assert jumped_over(3, 30, date(2026, 11, 22)) is None
    zone("Europe/Helsinki")
    assert jumped_over(3, 30, date(2026, 11, 22)) == date(2027, 3, 28)
    zone("UTC")
    assert jumped_over(2, 30, date(2026, 11, 22)) is None


@pytest.mark.parametrize(
    "name",
    ["Africa/Cairo", "America/New_York", "America/Santiago", "Asia/Beirut", "Asia/Jerusalem",
     "Atlantic/Azores", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Helsinki",
     "Europe/London", "Pacific/Auckland"],
)  # fmt: skip
def test_no_summer_time_swallows_the_default(zone, name):
    if name not in zoneinfo.available_timezones():
        pytest.skip("no time zone data")
    zone(name)
    assert jumped_over(*DEFAULT_AT, date(2026, 11, 22)) is None

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from auditor.app import clock
from tests.soak.appliance import PLAIN, Appliance
from tests.soak.simulated import fleet

NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path):
    made = Appliance(tmp_path)
    made.air.there = list(fleet(5).values())
    return made


def deliver(house, at):
    with house._at(at), house.memory() as memory:
        return asyncio.run(memory.post().deliver())


def letters(house):
    with house.memory() as memory:
        return memory.notebook().waiting()


def test_a_dead_server_is_retried_at_growing_distances_and_nothing_is_lost(house):
    house.dead = "mail.example.org: ConnectionError"
    house.night(NIGHT)
    waits = []
    at = NIGHT
    for _ in range(7):
        (letter,) = letters(house)
        due = datetime.fromisoformat(letter.due)
        waits.append(int((due - at) / MINUTE))
        assert deliver(house, due - timedelta(seconds=1)) == 1
        assert letters(house)[0].tries == letter.tries
        at = due
        deliver(house, due)
    assert waits == [1, 5, 15, 60, 240, 720, 720]
    assert letters(house)[0].said == "mail.example.org: ConnectionError"
    house.dead = None
    assert deliver(house, at + DAY) == 0
    assert len(house.told) == 1


def test_a_message_is_given_up_after_thirty_days_and_that_is_said(house):
    house.dead = "dead"
    house.night(NIGHT)
    deliver(house, NIGHT + 29 * DAY)
    assert len(letters(house)) == 1
    deliver(house, NIGHT + 31 * DAY)
    assert letters(house) == ()
    assert any("given up: a message of 2026-11-22" in text for text in house.said)


def test_a_dead_server_costs_one_try_in_a_round_whatever_waits(house):
    house.write(PLAIN + "digest = false\n")
    house.dead = "dead"
    house.night(NIGHT)
    assert len(letters(house)) == 3
    assert sum(letter.tries for letter in letters(house)) == 1


def test_a_dead_alert_does_not_hold_up_another(house):
    house.write(
        PLAIN + '[[alert]]\nname = "two"\nurl = "json://192.0.2.2/"\non = ["new-covered"]\n'
    )
    real = house._send

    def send(url, data, secret=None):
        house.dead = "dead" if "192.0.2.1" in url else None
        real(url, data, secret)

    house._send = send
    house.night(NIGHT)
    assert [item.url for item in house.told] == ["json://192.0.2.2/"]
    assert [letter.alert for letter in letters(house)] == ["all"]


def test_the_run_keeps_trying_as_long_as_the_configuration_says(house, monkeypatch):
    house.write(PLAIN.replace("deliver_minutes = 0", "deliver_minutes = 10"))
    house.dead = "dead"
    waited = []

    class Shortened:
        def __init__(self, seconds):
            waited.append(round(seconds))

        async def __aenter__(self):
            clock_at[0] += waited[-1]

        async def __aexit__(self, kind, error, trace):
            return kind is TimeoutError

    clock_at = [0]
    monkeypatch.setattr(clock, "now", lambda: NIGHT + timedelta(seconds=clock_at[0]))
    monkeypatch.setattr(clock, "monotonic", lambda: float(clock_at[0]))
    real = asyncio.timeout

    def timeout(seconds):
        return Shortened(seconds) if seconds is not None and waiting(seconds) else real(seconds)

    def waiting(seconds):
        return seconds in {60.0, 300.0, 900.0}

    async def at_once(self):
        if self.is_set():
            return True
        raise TimeoutError

    monkeypatch.setattr("auditor.app.nightly.run.asyncio.timeout", timeout)
    monkeypatch.setattr("auditor.app.nightly.run.asyncio.Event.wait", at_once)
    monkeypatch.setattr("auditor.app.nightly.scanning._limited", _no_limit)
    house.night(NIGHT)
    assert waited == [60, 300]
    assert letters(house)[0].tries == 3


def test_a_clock_that_was_set_back_does_not_hold_messages_for_a_year(house):
    house.dead = "dead"
    house.night(NIGHT)
    house.dead = None
    assert deliver(house, NIGHT - 365 * DAY) == 0
    assert len(house.told) == 1


def test_messages_of_an_alert_that_is_no_longer_configured_wait_and_are_not_sent_elsewhere(house):
    house.dead = "dead"
    house.night(NIGHT)
    house.dead = None
    house.write(PLAIN.replace('name = "all"', 'name = "other"'))
    assert deliver(house, NIGHT + DAY) == 1
    assert house.told == []
    assert deliver(house, NIGHT + 31 * DAY) == 0
    assert any("given up" in text for text in house.said)


def test_ending_the_run_ends_the_round(house):
    house.dead = "dead"
    house.night(NIGHT)
    house.dead = None

    async def ended(post):
        stop = asyncio.Event()
        stop.set()
        return await post.deliver(stop)

    with house._at(NIGHT + DAY), house.memory() as memory:
        assert asyncio.run(ended(memory.post())) == 1
    assert house.told == []


def test_an_alert_gets_only_what_it_asked_for(house):
    house.write(PLAIN.replace("on = {events}", 'on = ["gone"]'))
    house.night(NIGHT)
    assert house.told == []


def test_the_secret_comes_from_its_file(house):
    (house.folder / "secret").write_text("s3cret\n")
    (house.folder / "url").write_text("json://192.0.2.9/\n")
    house.write(
        PLAIN.replace('url = "json://192.0.2.1/hook"', 'url_file = "url"\nsecret_file = "secret"')
    )
    house.night(NIGHT)
    assert (house.told[0].url, house.told[0].secret) == ("json://192.0.2.9/", b"s3cret")


def test_a_missing_url_file_keeps_the_message_and_names_the_file(house):
    house.write(PLAIN.replace('url = "json://192.0.2.1/hook"', 'url_file = "none"'))
    house.night(NIGHT)
    assert len(letters(house)) == 1
    assert any("none: cannot be read" in text for text in house.said)


def _no_limit(ended, stop, seconds):
    del ended, stop, seconds
    return _nothing()


class _nothing:  # noqa: N801 - a context manager
    async def __aenter__(self):
        return None

    async def __aexit__(self, *_):
        return None

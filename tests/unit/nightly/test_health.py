import asyncio
import json
import re
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from auditor.app.nightly import health
from auditor.app.nightly.health import Sample
from auditor.model.errors import ToolError
from tests.soak.appliance import PLAIN, Appliance
from tests.soak.simulated import HANWHA, Camera, fleet

NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TWO = (
    PLAIN.replace('name = "cams"', 'name = "east"', 1)
    + '[[network]]\nname = "west"\ntargets = ["192.168.44.0/24"]\n'
)
# The text format of Prometheus, version 0.0.4, as far as gauges go.
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
LINE = re.compile(
    rf"# HELP ({NAME}) [^\n]+|# TYPE ({NAME}) gauge|"
    rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?\d+)?)"
)


def parsed(text):
    """Samples by name and labels; fails on a line that node_exporter would refuse."""
    found, typed = {}, set()
    assert text.endswith("\n")
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        if match[2]:
            assert match[2] not in typed, f"{match[2]} is typed twice"
            typed.add(match[2])
        if match[3]:
            assert match[3] in typed, f"{match[3]} before its type"
            key = (match[3], match[4] or "")
            assert key not in found, f"{key} stands twice"
            found[key] = float(match[5])
    return found


@pytest.fixture
def house(tmp_path):
    made = Appliance(tmp_path, TWO + f'[health]\nmetrics = "{tmp_path}/auditor.prom"\n')
    made.air.there = [
        *fleet(5).values(),
        Camera(number=90, base=HANWHA, address="192.168.44.7"),
    ]
    return made


def reported(house, outcomes):
    said = []
    with house.memory() as memory:
        health.report(house.config, outcomes, memory, said.append)
    assert said == []
    return parsed((house.folder / "auditor.prom").read_text())


def test_metrics_hold_every_network_and_what_waits(house):
    house.dead = "dead"
    found = reported(house, house.night(NIGHT))
    assert found["auditor_devices", 'network="east",outcome="covered"'] == 3
    assert found["auditor_devices", 'network="west",outcome="covered"'] == 0
    assert found["auditor_scan_complete", 'network="east"'] == 1
    at = NIGHT.timestamp()
    assert found["auditor_last_complete_timestamp_seconds", 'network="east"'] == at
    assert found["auditor_alerts_waiting", ""] == 1


def test_a_run_of_one_network_keeps_the_numbers_of_the_other(house):
    house.night(NIGHT)
    found = reported(house, house.night(NIGHT + DAY, only=frozenset({"west"})))
    assert found["auditor_devices", 'network="east",outcome="covered"'] == 3
    key = "auditor_last_run_timestamp_seconds"
    assert found[key, 'network="east"'] == NIGHT.timestamp()
    assert found[key, 'network="west"'] == (NIGHT + DAY).timestamp()


def test_a_failed_scan_is_not_complete_and_the_last_good_one_is_known(house):
    house.night(NIGHT)
    house.air.fail = ToolError("unreachable")
    found = reported(house, house.night(NIGHT + DAY))
    assert found["auditor_scan_complete", 'network="east"'] == 0
    key = "auditor_last_complete_timestamp_seconds"
    assert found[key, 'network="east"'] == NIGHT.timestamp()


def test_labels_are_escaped():
    text = health.metrics([Sample("auditor_devices", 1, (("network", 'a"b\\c\nd'),))])
    assert parsed(text) == {("auditor_devices", r'network="a\"b\\c\nd"'): 1.0}


def test_metrics_that_cannot_be_written_are_said_and_cost_nothing(house):
    outcomes = house.night(NIGHT)
    house.write(TWO + '[health]\nmetrics = "/proc/none/x.prom"\n')
    said = []
    with house.memory() as memory:
        health.report(house.config, outcomes, memory, said.append)
    assert len(said) == 1
    assert said[0].startswith("metrics /proc/none/x.prom: ")


@pytest.mark.parametrize(
    ("complete", "only", "beats"), [(True, (), 1), (False, (), 0), (True, ("west",), 0)]
)
def test_the_heartbeat_comes_only_after_a_complete_run_of_all_networks(
    house, monkeypatch, complete, only, beats
):
    asked = []
    monkeypatch.setattr("auditor.alert.deliver.beat", asked.append)
    house.write(TWO + '[health]\nheartbeat = "http://127.0.0.1:9/ping"\n')
    house.air.complete = complete
    outcomes = house.night(NIGHT, only=frozenset(only))
    with house.memory() as memory:
        health.report(house.config, outcomes, memory, house.said.append)
    assert len(asked) == beats


def test_a_dead_heartbeat_server_is_said(house, monkeypatch):
    def dead(url):
        raise ToolError("hc.example.org: ConnectionError")

    monkeypatch.setattr("auditor.alert.deliver.beat", dead)
    house.write(TWO + '[health]\nheartbeat = "http://127.0.0.1:9/ping"\n')
    outcomes = house.night(NIGHT)
    said = []
    with house.memory() as memory:
        health.report(house.config, outcomes, memory, said.append)
    assert said == ["heartbeat: hc.example.org: ConnectionError"]


def test_systemd_is_told_ready_alive_and_stopping(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "40000")

        async def life():
            async with health.watched():
                await asyncio.sleep(0.1)

        asyncio.run(life())
        door.setblocking(False)
        got = []
        while True:
            try:
                got.append(door.recv(100).decode())
            except BlockingIOError:
                break
    assert got[0] == "READY=1"
    assert got[-1] == "STOPPING=1"
    assert got.count("WATCHDOG=1") >= 3


def test_a_run_that_hangs_stops_beating(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "20000")

        async def hang():
            async with health.watched():
                await asyncio.sleep(0)
                time.sleep(0.2)  # noqa: ASYNC251 - that is the point
                got = []
                while True:
                    try:
                        got.append(door.recv(100))
                    except BlockingIOError:
                        return got

        assert asyncio.run(hang()).count(b"WATCHDOG=1") <= 1


def test_without_systemd_nothing_is_told_to_anyone(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    async def life():
        async with health.watched():
            return True

    assert asyncio.run(life())


def test_a_log_line_is_one_json_object_on_one_line(capsys):
    health.log("judged", address="10.0.0.1", text='new\nline "quoted" \x1b[31m ü')
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert line.isascii()
    assert json.loads(line)["text"].startswith("new\nline")

"""``audit run`` and ``audit alert`` as people start them, on a simulated fleet."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback

AUDIT = [sys.executable, "-m", "auditor"]
EVENTS = '["new-covered", "new-device", "gone", "scan-failed", "scan-incomplete"]'
SECRET = "hunter2-the-secret"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("run-cli")]


@pytest.fixture(scope="module")
def fleet():
    with Loopback(choose(["hikvision-camera-new", "hanwha-camera"], 4)) as running:
        yield running


@pytest.fixture
def hook():
    class Keep(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    got = []
    with HTTPServer(("127.0.0.1", 0), Keep) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"json://user:{SECRET}@127.0.0.1:{server.server_address[1]}/{SECRET}", got
        server.shutdown()
        thread.join()


class House:
    def __init__(self, folder: Path, target: str, url: str) -> None:
        self.folder = folder
        self.environ = os.environ | {"XDG_STATE_HOME": str(folder / "state")}
        (folder / "auditor.toml").write_text(
            f'[[network]]\nname = "cams"\ntargets = ["{target}"]\nports = "8080,8443,8554"\n'
            '[report]\ndirectory = "reports"\nformats = ["csv"]\n'
            "[run]\ndeliver_minutes = 0\n"
            f'[[alert]]\nname = "hook"\nurl = "{url}"\nsecret = "{SECRET}"\non = {EVENTS}\n'
        )

    def start(self, *words):
        return subprocess.Popen(
            [*AUDIT, *words, "--config", "auditor.toml"], cwd=self.folder, env=self.environ,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *words):
        with self.start(*words) as running:
            out, err = running.communicate(timeout=120)
        return running.returncode, out, err


@pytest.fixture
def house(tmp_path, fleet, hook):
    return House(tmp_path, fleet.target, hook[0])


def test_a_night_is_scanned_stored_reported_and_told(house, hook):
    code, out, err = house.run("run")
    assert code == 10, err
    assert "cams: 4 hosts, 2 covered" in out
    assert "the first scan of this network" in out
    folder = house.folder / "reports" / "cams"
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".json", ".sha256"]
    assert [item["event"] for item in hook[1][0]["news"]] == ["new-covered"] * 2
    code, out, _ = house.run("run")
    assert code == 10
    assert "nothing changed" in out
    assert len(hook[1]) == 1


def test_the_plan_sends_and_writes_nothing(house, fleet, hook):
    before = [fleet.witness(device).as_data() for device in fleet.devices]
    code, out, err = house.run("run", "--dry-run")
    assert code == 0, err
    assert "Nothing was sent and nothing was written." in out
    assert sorted(path.name for path in house.folder.iterdir()) == ["auditor.toml"]
    assert hook[1] == []
    assert [fleet.witness(device).as_data() for device in fleet.devices] == before


def test_sigterm_ends_with_12_and_keeps_an_incomplete_document(house):
    text = (house.folder / "auditor.toml").read_text()
    # Addresses where nobody is make it long enough to be ended.
    (house.folder / "auditor.toml").write_text(
        text.replace('targets = ["', 'targets = ["127.99.0.0/18", "')
    )
    with house.start("run", "--json-logs") as running:
        running_folder = house.folder / "state" / "auditor" / "running"
        for _ in range(400):
            if running_folder.is_dir() and any(running_folder.iterdir()):
                break
            time.sleep(0.05)
        time.sleep(0.3)
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 12, err
    assert out == ""
    lines = [json.loads(line) for line in err.splitlines()]
    (line,) = [line for line in lines if line["event"] == "network"]
    assert line["complete"] is False
    document = json.loads(Path(line["document"]).read_bytes())
    assert document["scan"]["complete"] is False
    assert SECRET not in err


def test_two_at_once_the_second_says_so_and_ends_with_1(house):
    import fcntl

    lock = house.folder / "state" / "auditor" / "run.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.write("process 1 since yesterday\n")
        handle.flush()
        code, out, err = house.run("run")
    assert (code, out) == (1, "")
    assert err == (
        "audit: another run is under way (process 1 since yesterday); this one does nothing\n"
    )


def test_a_network_of_another_name_is_a_usage_error(house):
    code, _, err = house.run("run", "--network", "office")
    assert code == 2
    assert "--network office: not in the configuration: cams" in err


def test_an_alert_can_be_tried(house, hook):
    code, out, err = house.run("alert", "test")
    assert (code, out) == (0, "hook: delivered\n"), err
    assert hook[1][0]["news"][0]["event"] == "test"
    code, _, err = house.run("alert", "test", "--name", "mail")
    assert code == 2
    assert "--name mail: not in the configuration: hook" in err


def test_an_alert_that_does_not_arrive_is_named_without_its_secrets(house):
    text = (house.folder / "auditor.toml").read_text()
    place = text.partition("@")[2].partition("/")[0]
    (house.folder / "auditor.toml").write_text(text.replace(place, "127.0.0.1:9"))
    code, out, err = house.run("alert", "test")
    assert code == 1
    assert out == "hook: NOT DELIVERED: 127.0.0.1: ConnectionError\n"
    assert SECRET not in out + err
    code, _, err = house.run("run")
    assert code == 10
    assert "alert hook: not delivered, kept for another try: 127.0.0.1: ConnectionError" in err
    assert SECRET not in err
    code, out, _ = house.run("alert", "deliver")
    assert (code, out) == (0, "1 messages wait\n")


def test_the_schema_of_an_alert_is_printed(tmp_path):
    done = subprocess.run(
        [*AUDIT, "alert", "schema"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert json.loads(done.stdout)["$id"] == "auditor.alert/1"

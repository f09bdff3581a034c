"""Proof by a recording proxy: whatever a device says, the page asks nobody anything."""

import socket
import threading

import pytest

from auditor.report._api import Page
from auditor.report.html import FORMAT
from tests.unit.report.chrome import CHROMIUM, Chrome, press
from tests.unit.report.payloads import PAYLOADS, poisoned
from tests.unit.report.scans import hostile, scan, site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Recorder(threading.Thread):
    """A proxy that answers nothing and writes down what it was asked for."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.asked: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.2)
        self._over = threading.Event()
        self.port = self._server.getsockname()[1]

    def run(self):
        while not self._over.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(2)
                try:
                    self.asked.append(client.recv(4096).split(b"\r\n")[0].decode("latin-1"))
                except TimeoutError:
                    self.asked.append("")

    def end(self):
        self._over.set()
        self.join(5)
        self._server.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    recorder = Recorder()
    recorder.start()
    with Chrome(tmp_path_factory.mktemp("profile"), 300, proxy=recorder.port) as browser:
        yield browser, recorder
    recorder.end()


def to_us(recorder) -> list[str]:
    return [line for line in recorder.asked if "evil.example" in line or "127.0.0.1" in line]


def test_no_payload_in_any_field_makes_the_page_ask_anybody(recorded, tmp_path):
    browser, recorder = recorded
    documents = [poisoned(site(), document=True)]
    documents += [
        scan(*(asset for text in PAYLOADS[at : at + 30] for asset in hostile(text).assets))
        for at in range(0, len(PAYLOADS), 30)
    ]
    for number, document in enumerate(documents):
        path = tmp_path / f"{number}.html"
        path.write_bytes(FORMAT.render(document, Page()))
        browser.open(path)
        press(browser, "#open")
        browser.settle(300)
        assert browser.run("document.title").startswith("Camera origin audit: ")
        assert browser.complaints() == []
    assert to_us(recorder) == []


def test_the_recorder_hears_a_page_that_does_ask(recorded, tmp_path):
    browser, recorder = recorded
    path = tmp_path / "asks.html"
    path.write_text("<!DOCTYPE html><img src='http://evil.example/i.png'>")
    browser.open(path)
    browser.settle(500)
    assert any("evil.example" in line for line in to_us(recorder))
    recorder.asked.clear()


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_each_payload_in_every_field_stays_text(recorded, tmp_path, payload):
    browser, recorder = recorded
    path = tmp_path / "report.html"
    path.write_bytes(FORMAT.render(poisoned(site(), payload, document=True), Page()))
    browser.open(path)
    press(browser, "#open")
    assert browser.run("document.title").startswith("Camera origin audit: ")
    assert browser.run("document.querySelectorAll('script, style').length") == 3
    assert browser.run(
        "Array.from(document.links).every(a => a.protocol === 'https:' || a.protocol === 'file:')"
    )
    assert browser.complaints() == []
    assert to_us(recorder) == []

import pytest

from auditor.report._api import Page
from tests.unit.report.axe import violations
from tests.unit.report.chrome import choose, press
from tests.unit.report.payloads import poisoned
from tests.unit.report.scans import device, scan, site
from tests.unit.report.test_html_browser import difference

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS = {
    "light": {},
    "dark": {"dark": True},
    "phone": {"width": 390, "height": 844},
    "dark phone": {"width": 390, "height": 844, "dark": True},
    "tablet": {"width": 800, "height": 1100},
}
EVERY_LOOK = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)


@EVERY_LOOK
def test_axe_finds_nothing_with_every_device_open(show, look):
    browser = show(site(), Page(changes=difference()), **look)
    press(browser, "#open")
    press(browser, "#list summary")
    press(browser, "#list summary")
    assert violations(browser) == []


@EVERY_LOOK
def test_axe_finds_nothing_with_a_filter_and_groups(show, look):
    browser = show(site(), **look)
    choose(browser, "#fm", "Hikvision")
    choose(browser, "#q", "hik")
    choose(browser, "#group", "outcome")
    assert violations(browser) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_a_long_report(show, dark):
    browser = show(scan(*(device(n, f"model {n % 9}") for n in range(450))), dark=dark)
    press(browser, "#next")
    press(browser, "#list summary")
    browser.settle()
    assert browser.run("document.querySelectorAll('#list .chain').length") == 1
    assert violations(browser) == []


def test_axe_finds_nothing_in_an_empty_and_in_an_incomplete_report(show):
    assert violations(show(scan())) == []
    header = {"complete": False, "incomplete_because": ("interrupted",)}
    assert violations(show(scan(device(1), header=header))) == []


def test_axe_finds_nothing_in_what_hostile_devices_say(show):
    browser = show(poisoned(site()))
    press(browser, "#open")
    assert violations(browser) == []


def test_axe_bites(show):
    browser = show(site())
    browser.run(
        "document.querySelector('#q').closest('label').replaceWith(document.querySelector('#q'))"
    )
    assert [line.split(" | ")[0] for line in violations(browser)] == ["label"]

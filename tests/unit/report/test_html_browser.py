import base64
from dataclasses import replace

import pytest

from auditor.model.difference import Change, Difference, Seen, Side
from auditor.report._api import Page
from auditor.report.html import FORMAT
from tests.unit.report.chrome import choose, press
from tests.unit.report.scans import PAYLOADS, device, hostile, scan, site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = "document.querySelectorAll('#list > tbody:not(.group)').length"
GROUPS = "Array.from(document.querySelectorAll('.group button'), b => b.textContent).join('; ')"
ONE = "#asset-mac-000000000001"


def test_the_policy_lets_our_blocks_run_and_nothing_complains(show):
    browser = show(site())
    assert browser.complaints() == []
    assert browser.run("document.getElementById('controls').hidden") is False
    assert (
        browser.run("getComputedStyle(document.querySelector('.devices')).tableLayout") == "fixed"
    )


def test_nothing_but_the_file_itself_is_asked_for(show):
    browser = show(site())
    assert [url for url in browser.requests() if not url.startswith("file:")] == []
    assert len(browser.requests()) == 1


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 15))
def test_no_payload_runs_or_reaches_out(show, start):
    parts = [hostile(text) for text in PAYLOADS[start : start + 15]]
    many = [asset for part in parts for asset in part.assets]
    browser = show(scan(*many, text=PAYLOADS[start], header={"site": PAYLOADS[start]}))
    browser.run("document.getElementById('open').click()")
    assert browser.run("document.title").startswith("Camera origin audit: ")
    assert browser.run("document.querySelectorAll('script, style').length") == 3  # with the data
    assert browser.run("document.querySelectorAll('img, iframe, object, link, form').length") == 0
    assert browser.complaints() == []
    assert len(browser.requests()) == 1


def test_an_injected_block_would_not_run(show, chrome, tmp_path):
    """The policy bites: the same page with a foreign script reports it and does not run it."""
    page = FORMAT.render(site(), Page()).replace(
        b"</main>", b"</main><script>document.title='owned'</script>"
    )
    path = tmp_path / "injected.html"
    path.write_bytes(page)
    chrome.open(path)
    assert chrome.run("document.title") == "Camera origin audit: Test site"
    assert any("Content Security Policy" in line for line in chrome.complaints())


def test_filters_narrow_the_list_and_say_so(show):
    browser = show(site())
    assert browser.run(SHOWN) == 7
    choose(browser, "#fo", "covered")
    assert browser.run(SHOWN) == 2
    assert browser.run("document.getElementById('shown').textContent") == "2 of 7 devices shown"
    choose(browser, "#q", "10.0.0.5  nvr")
    assert browser.run(SHOWN) == 1
    press(browser, "#clear")
    choose(browser, "#fm", "not identified")
    assert browser.run(SHOWN) == 2


def test_columns_sort_both_ways_by_number(show):
    browser = show(scan(*(device(n, f"m{n}") for n in (9, 10, 1))))
    first = "document.querySelector('#list > tbody th').firstChild.textContent"
    press(browser, "#list th:nth-child(2) button")
    assert browser.run(first) == "10.0.0.2"
    press(browser, "#list th:nth-child(2) button")
    assert browser.run(first) == "10.0.0.11"
    assert browser.run("document.querySelectorAll('[aria-sort]').length") == 1


def test_devices_are_grouped_by_maker_rule_outcome_and_network(show):
    browser = show(site())
    choose(browser, "#group", "maker")
    assert browser.run(GROUPS) == "Hikvision (5); not identified (2)"
    choose(browser, "#group", "outcome")
    assert browser.run(GROUPS).startswith("covered (2); not determined (1); exempt (1)")
    choose(browser, "#group", "rules that reach it")
    assert browser.run(GROUPS) == "us-ndaa-889 (4); no rule reaches it (3)"
    choose(browser, "#group", "site network")
    assert browser.run(GROUPS) == "10.0.0.0/24 (7)"
    assert browser.run(SHOWN) == 7


def test_a_group_folds_and_keeps_the_focus(show):
    browser = show(site())
    choose(browser, "#group", "maker")
    press(browser, ".group button")
    assert browser.run(SHOWN) == 2
    assert browser.run("document.activeElement.getAttribute('aria-expanded')") == "false"


def test_the_order_can_be_chosen_without_the_headings(show):
    browser = show(scan(*(device(n, f"m{n}") for n in (9, 10, 1))), width=390)
    choose(browser, "#sort", "address")
    first = "document.querySelector('#list > tbody th').firstChild.textContent"
    assert browser.run(first) == "10.0.0.2"


def difference() -> Difference:
    one, two = device(1).id, device(2).id
    return Difference(
        old=Side(id="before", started="2026-10-21T10:00:00Z", db_version="2026.10", complete=False),
        new=Side(id="after", started="2026-11-22T01:37:16Z"),
        appeared=(Change(id=one, address="10.0.0.2", name="first", now="covered"),),
        absent=(Change(id="gone", address="10.0.0.77", name="old one", was="not_covered"),),
        firmware=(Change(id=two, address="10.0.0.3", name="second", was="V1", now="V2"),),
        seen=(Seen(id=one, first="2026-11-22T01:37:16Z", last="2026-11-22T01:37:16Z"),),
    )


def test_devices_are_filtered_and_grouped_by_what_changed(show):
    browser = show(site(), Page(changes=difference()))
    choose(browser, "#fc", "appeared")
    assert browser.run(SHOWN) == 1
    press(browser, "#clear")
    choose(browser, "#group", "change since last scan")
    assert browser.run(GROUPS) == "unchanged (5); appeared (1); other firmware (1)"
    press(browser, "#changes a")
    browser.settle()
    assert browser.run(f"document.querySelector('{ONE} details').open") is True


def test_opening_a_device_shows_the_sentences_of_its_finding(show):
    browser = show(site())
    inside = "document.querySelectorAll('#list .verdicts').length"
    assert browser.run("document.querySelectorAll('#list details[open]').length") == 0
    assert browser.run(inside) == 0
    press(browser, "#asset-mac-000000000001 summary")
    assert browser.run(inside) == 1
    press(browser, "#asset-mac-000000000001 summary")
    press(browser, "#asset-mac-000000000001 summary")
    assert browser.run(inside) == 1


def test_a_link_to_a_device_opens_it_even_when_filtered_away(show):
    browser = show(site())
    choose(browser, "#fo", "not video equipment")
    press(browser, ".finding a[href='#asset-mac-000000000001']")
    opened = "document.querySelector('#asset-mac-000000000001 details').open"
    browser.settle()
    assert browser.run(opened) is True
    assert browser.run(SHOWN) == 7


def test_print_opens_every_device_and_hides_the_controls(show):
    browser = show(site())
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelectorAll('#list details:not([open])').length") == 0
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run("document.querySelectorAll('#list details[open]').length") == 0
    browser.emulate(media="print")
    assert browser.run("document.querySelector('#controls').offsetHeight") == 0
    assert browser.run("document.querySelector('#list .in').offsetHeight") > 0


def test_without_scripts_every_device_is_open(show, chrome):
    chrome.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser = show(site())
        assert browser.run("document.querySelectorAll('#list details:not([open])').length") == 0
        assert browser.run("document.querySelector('#controls').offsetHeight") == 0
    finally:
        chrome.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("document", [site(), hostile("x" * 300)], ids=["site", "long words"])
def test_a_narrow_screen_needs_no_sideways_scrolling(show, document):
    browser = show(document, width=390, height=844)
    press(browser, "#open")
    assert browser.run("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    "look", [{}, {"dark": True}, {"width": 390}], ids=["light", "dark", "narrow"]
)
def test_the_page_can_be_pictured(show, tmp_path, look):
    browser = show(site(), **look)
    browser.shoot(tmp_path / "page.png", whole=True)
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_dark_follows_the_system(show):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert show(site()).run(ground) != show(site(), dark=True).run(ground)


def test_a_page_opened_with_the_id_of_a_device_opens_it(show):
    browser = show(site(), fragment=ONE)
    assert browser.run("document.querySelectorAll('#list details[open]').length") == 1
    assert browser.run(f"document.querySelector('{ONE} .chain').offsetHeight") > 0


def test_paper_holds_every_device_open(show):
    browser = show(site())
    browser.run(
        "addEventListener('afterprint', () => { window.done = true; });"
        "addEventListener('beforeprint', () => { window.opened ="
        " document.querySelectorAll('#list details[open]').length; })"
    )
    told = browser.call("Page.printToPDF")
    assert base64.b64decode(told["data"]).startswith(b"%PDF")
    assert browser.run("window.opened") == 7


def test_keys_alone_reach_search_filters_sorting_and_devices(show):
    browser = show(site())
    reachable = "Array.from(document.querySelectorAll({0!r})).every(e => e.tabIndex === 0)"
    for selector in (
        "#q",
        "#controls select",
        "#controls button",
        "#list th button",
        "#list summary",
    ):
        assert browser.run(reachable.format(selector)) is True
    browser.run("document.querySelector('#list summary').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)  # fmt: skip
    assert browser.run("document.querySelector('#list details').open") is True
    assert browser.run("document.querySelector('#list .verdicts') !== null") is True


def test_names_of_the_language_itself_are_plain_names(show):
    first = device(1).attributions[0]
    odd = [
        device(n, attributions=(replace(first, vendor=name),))
        for n, name in enumerate(("__proto__", "constructor", "toString"))
    ]
    browser = show(scan(*odd))
    choose(browser, "#group", "maker")
    assert browser.run(GROUPS) == "__proto__ (1); constructor (1); toString (1)"
    choose(browser, "#fm", "__proto__")
    assert browser.run(SHOWN) == 1


def test_paper_lays_out_what_the_screen_leaves_for_later(show):
    browser = show(scan(*(device(n) for n in range(70))))
    laid = "getComputedStyle(document.querySelector('#list .in')).contentVisibility"
    assert browser.run(laid) == "auto"
    browser.emulate(media="print")
    assert browser.run(laid) == "visible"

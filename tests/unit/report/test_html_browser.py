import pytest

from auditor.report._api import Page
from auditor.report.html import FORMAT
from tests.unit.report.chrome import CHROMIUM, Chrome
from tests.unit.report.scans import PAYLOADS, device, hostile, scan, site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = "Array.from(document.querySelectorAll('#list > tbody')).filter(row => !row.hidden).length"


@pytest.fixture(scope="module")
def chrome(tmp_path_factory):
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with Chrome(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def show(chrome, tmp_path):
    """``show(scan)`` opens a scan's page and gives the browser."""

    def open_page(document, **emulation):
        path = tmp_path / "report.html"
        path.write_bytes(FORMAT.render(document, Page()))
        chrome.emulate(**emulation)
        chrome.open(path)
        return chrome

    return open_page


def press(browser, selector):
    browser.run(f"document.querySelector({selector!r}).click()")


def choose(browser, selector, value):
    browser.run(
        f"(e => {{ e.value = {value!r}; e.dispatchEvent(new Event('input')); }})"
        f"(document.querySelector({selector!r}))"
    )


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
    assert browser.run("document.querySelectorAll('script, style').length") == 2
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


def test_a_long_list_is_one_table_for_the_reader(show):
    document = scan(*(device(n) for n in range(301)))
    assert FORMAT.render(document, Page()).count(b'class="devices many"') == 2
    browser = show(document)
    assert browser.run("document.querySelectorAll('table.devices').length") == 1
    assert browser.run(SHOWN) == 301


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
    choose(browser, "#fo", "outside")
    press(browser, "a[href='#asset-mac-000000000001']")
    opened = "document.querySelector('#asset-mac-000000000001 details').open"
    browser.call("Runtime.evaluate", expression="new Promise(f => setTimeout(f, 100))", awaitPromise=True)  # fmt: skip
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

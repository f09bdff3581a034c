"""The browser that the tests of the HTML report share."""

import pytest

from auditor.report._api import Page
from auditor.report.html import FORMAT
from tests.unit.report.chrome import CHROMIUM, Chrome


@pytest.fixture(scope="session")
def chrome(tmp_path_factory):
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with Chrome(tmp_path_factory.mktemp("profile"), seconds=600) as browser:
        yield browser


@pytest.fixture
def show(chrome, tmp_path):
    """``show(scan)`` opens a scan's page and gives the browser."""

    def open_page(document, page=Page(), fragment="", **emulation):  # noqa: B008 - frozen
        path = tmp_path / "report.html"
        path.write_bytes(FORMAT.render(document, page))
        chrome.emulate(**emulation)
        chrome.open(path, fragment)
        return chrome

    return open_page

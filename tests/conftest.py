"""What every test may use: the shipped database once, a bench, and the rules of this house."""

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from auditor.app.judging.bench import Terms
from auditor.catalog.catalog import Catalog
from auditor.catalog.load import load
from auditor.model.facts import Observation
from auditor.policy.judge import Bench

# Nothing of the person who runs the tests leaks in, and nothing of the tests leaks out.
_HOME = Path(tempfile.mkdtemp(prefix="auditor-tests-"))
for _name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
    os.environ[_name] = str(_HOME / _name.lower())

settings.register_profile("auditor", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("auditor")

CI = os.environ.get("AUDIT_CI") == "1"
DAY = date(2026, 11, 22)


def pytest_unconfigure() -> None:
    """Leave nothing in the directory for temporary files."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped database."""
    return load()


@pytest.fixture(scope="session")
def bench(catalog: Catalog) -> Bench:
    """The default policy on a fixed day."""
    return Bench(catalog=catalog, policy=catalog.policies[Terms().policy], as_of=DAY)


@pytest.fixture
def seen():
    """``seen(signal, value, endpoint)`` makes an observation."""

    def make(signal: str, value: str, endpoint: str | None = None) -> Observation:
        return Observation(signal=signal, value=value, endpoint=endpoint)

    return make


_HEAVY = (
    "unit/history/", "unit/nightly/", "unit/policy/test_pitfalls", "unit/report/test_pdf",
    "unit/report/test_xlsx", "unit/report/test_oscal", "unit/report/test_ocsf",
    "unit/report/test_cyclonedx", "unit/report/test_far", "unit/report/test_html_hostile",
    "unit/report/test_html_long", "unit/report/test_junit", "unit/report/test_plan",
    "unit/report/test_redact", "unit/probes/test_login", "unit/app/test_login",
)  # fmt: skip
"""Whole files that ``make check`` leaves to ``make test``: it must stay under a minute."""


def pytest_collection_modifyitems(items):
    """Mark the tests of heavy files as slow, in one place."""
    for item in items:
        if any(part in item.path.as_posix() for part in _HEAVY):
            item.add_marker(pytest.mark.slow)


def pytest_runtest_makereport(item, call):
    """Under AUDIT_CI=1 nothing may be skipped: a skip is a failure that names its reason."""
    if CI and call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception):
        call.excinfo = pytest.ExceptionInfo.from_exc_info(
            (
                AssertionError,
                AssertionError(f"skipped under AUDIT_CI=1: {call.excinfo.value}"),
                call.excinfo.tb,
            )
        )

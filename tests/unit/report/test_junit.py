import io
from collections import Counter
from dataclasses import replace

import pytest
from defusedxml import ElementTree
from junitparser import Error, Failure, JUnitXml, Skipped

from auditor.model.document import Unassessed
from auditor.model.words import FindingClass, Outcome
from auditor.report._api import Page
from auditor.report.junit import FORMAT
from tests.unit.report.payloads import PAYLOADS, poisoned
from tests.unit.report.scans import device, hostile, law, scan, site, verdict


def render(document):
    return FORMAT.render(document, Page())


def read(document):
    return JUnitXml.fromroot(ElementTree.parse(io.BytesIO(render(document))).getroot())


def results(document, suite):
    """What became of each case of a suite."""
    (found,) = [item for item in read(document) if item.name == suite]
    return {case.name: (case.result[0] if case.result else None) for case in found}


def test_a_covered_device_is_a_failure_with_the_sentence_and_the_law():
    (result,) = results(scan(device(1, "x")), "us-ndaa-889").values()
    assert isinstance(result, Failure)
    assert (result.type, result.message.split(",")[0]) == ("covered", "Hikvision (confirmed)")
    assert verdict().says in result.text
    assert verdict().citation in result.text


def test_a_device_that_is_not_determined_is_an_error_and_never_passed():
    asset = device(1, verdicts=(verdict(Outcome.INDETERMINATE, listing=None),))
    (result,) = results(scan(replace(asset, headline="indeterminate")), "us-ndaa-889").values()
    assert isinstance(result, Error)
    assert result.type == "indeterminate"


def test_an_exempt_device_is_skipped_with_document_and_listing():
    found = verdict(Outcome.EXEMPT, exemption="DNI waiver 7")
    asset = device(1, headline="exempt", verdicts=(found,))
    (result,) = results(scan(asset), "us-ndaa-889").values()
    assert isinstance(result, Skipped)
    assert "DNI waiver 7" in result.message
    assert found.listing in result.message


def test_a_device_without_a_listed_producer_passes():
    asset = device(
        1, headline="not_covered", verdicts=(verdict(Outcome.NOT_COVERED, listing=None),)
    )
    assert list(results(scan(asset), "us-ndaa-889").values()) == [None]


def test_regimes_that_do_not_count_have_no_case():
    risk = verdict(regime="us-dod-1260h", finding_class=FindingClass.COUNTERPARTY_RISK)
    elsewhere = verdict(regime="us-2cfr-200-216", applies=False)
    names = {item.name for item in read(scan(device(1, verdicts=(verdict(), risk, elsewhere))))}
    assert names == {"coverage", "us-ndaa-889"}


def test_an_unidentified_host_is_skipped_and_a_printer_is_not_there():
    document = site()
    assert [type(r) for r in results(document, "unidentified").values()] == [Skipped]
    assert b"10.0.0.8" not in render(document)


def test_an_incomplete_scan_is_an_error_with_its_reason():
    document = scan(header={"complete": False, "incomplete_because": ("interrupted",)})
    result = results(document, "coverage")["the scan is complete"]
    assert isinstance(result, Error)
    assert result.message == "interrupted"


def test_a_complete_scan_passes_that_case():
    assert results(scan(), "coverage")["the scan is complete"] is None


def test_a_host_that_was_not_assessed_is_an_error():
    document = scan()
    missed = replace(
        document.coverage, not_assessed=(Unassessed(address="10.0.0.9", why="hung up"),)
    )
    result = results(replace(document, coverage=missed), "coverage")["10.0.0.9 was assessed"]
    assert (type(result), result.message) == (Error, "hung up")


def test_a_device_behind_a_recorder_has_its_own_case():
    assert any(name.startswith("10.0.0.4 ") for name in results(site(), "us-ndaa-889"))


def test_the_suites_tell_policy_law_and_stale_data():
    told = {p.name: p.value for p in next(iter(read(site()))).properties()}
    assert told["policy"] == "us-procurement"
    assert told["law data due for review"] == "us-ndaa-889"


@pytest.mark.parametrize("document", [scan(), site(), hostile("x")], ids=["empty", "small", "odd"])
def test_the_numbers_agree_with_the_cases(document):
    whole = Counter()
    for suite in read(document):
        kinds = Counter(type(case.result[0]) for case in suite if case.result)
        told = (suite.failures, suite.errors, suite.skipped, suite.tests)
        assert told == (kinds[Failure], kinds[Error], kinds[Skipped], len(list(suite)))
        whole.update(failures=told[0], errors=told[1], tests=told[3])
    root = ElementTree.fromstring(render(document))
    assert {name: int(root.get(name)) for name in whole} == dict(whole)


def test_the_shape_is_the_one_that_strict_readers_want():
    root = ElementTree.fromstring(render(site()))
    assert set(root.attrib) == {"name", "tests", "failures", "errors", "time"}
    for suite in root:
        assert set(suite.attrib) == {*root.attrib, "skipped", "timestamp"}
        kinds = [item.tag for item in suite]
        assert kinds == ["properties", *["testcase"] * (len(kinds) - 2), "system-out"]
        assert suite.get("timestamp") == "2026-11-22T01:37:16"
        for case in suite.iter("testcase"):
            assert set(case.attrib) == {"name", "classname", "time"}
            assert [item.tag for item in case] in ([], ["failure"], ["error"], ["skipped"])


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_payload_breaks_the_document_or_adds_to_it(payload):
    def tags(document):
        return sorted(item.tag for item in ElementTree.fromstring(render(document)).iter())

    plain = tags(poisoned(site(), "plain"))
    assert tags(poisoned(site(), payload)) == plain
    ElementTree.fromstring(render(poisoned(site(), payload, document=True)))


def test_a_thousand_devices_are_a_thousand_cases():
    document = scan(*(device(n, "x", id=f"a{n}") for n in range(1000)), law=(law(),))
    assert len(results(document, "us-ndaa-889")) == 1000


def test_the_same_scan_gives_the_same_bytes():
    assert render(site()) == render(site())

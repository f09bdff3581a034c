"""Redaction: nothing of what was to go stays, and what belonged together still does."""

import re
from pathlib import Path

import msgspec
import pytest

from auditor import codec
from auditor.app.judging.hinge import family, rejudge
from auditor.model.document import Scan
from auditor.model.errors import UsageError
from auditor.model.signals import SIGNALS, Shape
from auditor.report.redact import KINDS, redact

SAMPLE = Path(__file__).parents[3] / "examples/sample-fleet/scan.json"


@pytest.fixture(scope="module")
def sample() -> Scan:
    return codec.decode(SAMPLE.read_bytes())


def _text(scan: Scan) -> str:
    """The document without the law and the vendors, lower case."""
    raw = msgspec.json.decode(codec.encode(scan))
    return (
        msgspec.json.encode([raw[key] for key in ("scan", "coverage", "assets")]).decode().lower()
    )


def test_no_address_of_a_device_stays(sample):
    text = _text(redact(sample, ["addresses"]))
    for asset in family(sample.assets):
        for address in asset.addresses:
            assert not re.search(rf"(?<![\d.]){re.escape(address)}(?![\d.])", text), address


def test_no_mac_stays_in_any_form(sample):
    text = _text(redact(sample, ["macs"]))
    macs = {asset.mac for asset in family(sample.assets) if asset.mac}
    assert macs
    for mac in macs:
        for form in (mac, mac.replace(":", "-"), mac.replace(":", "")):
            assert form not in text


def test_the_makers_part_of_a_mac_stays(sample):
    after = redact(sample, ["macs"])
    for old, new in zip(sample.assets, after.assets, strict=True):
        assert (old.mac or "")[:8] == (new.mac or "")[:8]
    assert len({asset.mac for asset in after.assets if asset.mac}) == len(
        {asset.mac for asset in sample.assets if asset.mac}
    )


def test_no_serial_stays(sample):
    text = _text(redact(sample, ["serials"]))
    serials = {asset.serial for asset in family(sample.assets) if asset.serial}
    assert serials
    for serial in serials:
        assert serial.lower() not in text


def test_binary_replies_are_left_out(sample):
    binary = {name for name, signal in SIGNALS.items() if signal.shape is Shape.HEX}
    after = redact(sample, ["macs"])
    for asset in family(after.assets):
        for one in asset.observations:
            assert one.signal not in binary or one.value == ""


def test_it_is_consistent_and_marked(sample):
    after = redact(sample, KINDS)
    assert after.scan.redacted == KINDS
    assert "Redacted for sharing" in after.coverage.notes[-1]
    assert after.summary == sample.summary
    for old, new in zip(sample.assets, after.assets, strict=True):
        if old.id.startswith("mac-"):
            assert new.id == f"mac-{(new.mac or '').replace(':', '')}"
        assert new.address in new.addresses
        assert [v.outcome for v in old.verdicts] == [v.outcome for v in new.verdicts]


def test_what_is_redacted_can_be_judged_and_read_again(sample, bench):
    after = codec.decode(codec.encode(redact(sample, KINDS)))
    judged = rejudge(after, bench)
    before = {a.headline for a in family(sample.assets)}
    assert {a.headline for a in family(judged.assets)} == before


def test_same_input_same_output(sample):
    assert codec.encode(redact(sample, KINDS)) == codec.encode(redact(sample, KINDS[::-1]))


def test_twice_changes_nothing(sample):
    once = redact(sample, ["addresses"])
    assert redact(once, ["addresses"]) == once


def test_version_numbers_are_not_taken_for_addresses(sample):
    text = redact(sample, ["addresses"])
    old = {a.firmware for a in family(sample.assets)}
    assert {a.firmware for a in family(text.assets)} == old


def test_an_unknown_kind_is_refused(sample):
    with pytest.raises(UsageError, match="colours: not one of"):
        redact(sample, ["colours"])

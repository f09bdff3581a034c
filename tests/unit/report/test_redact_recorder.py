"""What a recorder tells of cameras that are not its children is redacted as well."""

import json

import pytest

from auditor import codec
from auditor.model.document import Asset
from auditor.model.facts import Observation
from auditor.report.redact import redact
from tests.unit.report import scans

CHANNEL = {
    "channel": 3,
    "address": "10.44.0.7",
    "mac": "58:03:fb:11:22:33",
    "serial": "XYZ-90210-ABC",
    "name": "Vault door",
}


@pytest.fixture
def scan():
    told = Observation(
        signal="recorder.channels", value=json.dumps({"channels": [CHANNEL]}), endpoint="tcp/80"
    )
    recorder = Asset(id="ip-10.44.0.2", address="10.44.0.2", observations=(told,))
    return scans.scan(recorder)


@pytest.mark.parametrize(
    ("kind", "field"),
    [("serials", "serial"), ("names", "name"), ("addresses", "address"), ("macs", "mac")],
)
def test_a_channel_of_a_recorder_is_redacted(scan, kind, field):
    assert CHANNEL[field] in codec.encode(scan).decode()
    assert CHANNEL[field] not in codec.encode(redact(scan, [kind])).decode()

"""Configuration findings: what the same facts give for free, and nothing more."""

import pytest

from auditor.attribution.findings import findings
from auditor.model.facts import Observation

AT = "2026-11-22T10:00:00.000Z"


def of(signal, value, at=AT):
    return findings([Observation(signal=signal, value=value, at=at)])


@pytest.mark.parametrize(
    ("signal", "value", "word"),
    [
        ("rtsp.sdp", "v=0\r\n", "open-stream"),
        ("onvif.clock", "2026-11-22T11:00:00Z", "clock-wrong"),
        ("onvif.clock", "1970-01-01T00:04:00Z", "clock-wrong"),
        ("onvif.serial", "4H01D66PAJ2FA64", "open-identity"),
        ("dhip", "{}", "dhip-answers"),
        (
            "sadp",
            "<ProbeMatch><BootTime>2021-05-19 14:31:12</BootTime></ProbeMatch>",
            "not-rebooted",
        ),
    ],
)
def test_a_fact_shows_a_finding(signal, value, word):
    assert of(signal, value) == (word,)


@pytest.mark.parametrize(
    ("signal", "value", "at"),
    [
        ("rtsp.sdp", " ", AT),
        ("onvif.clock", "2026-11-22T10:01:00Z", AT),
        ("onvif.clock", "soon", AT),
        ("onvif.clock", "2026-11-22T11:00:00Z", None),
        ("sadp", "<ProbeMatch><BootTime>2026-11-01 14:31:12</BootTime></ProbeMatch>", AT),
        ("sadp", "<ProbeMatch><BootTime>1970-01-01 00:00:10</BootTime></ProbeMatch>", AT),
        ("sadp", "<ProbeMatch><BootTime>hello</BootTime></ProbeMatch>", AT),
        ("sadp", "not xml", AT),
    ],
)
def test_what_shows_nothing(signal, value, at):
    assert of(signal, value, at) == ()

"""What the reply of each search is worth: the rule that it meets, its strength and its witness."""

from pathlib import Path

import pytest

from auditor.attribution.judge import attribute
from auditor.lab.fleet import build
from auditor.lab.persona import load
from auditor.lab.servers import responders
from auditor.model.facts import Observation
from auditor.model.words import Channel, Grade, Role, Strength
from auditor.registry import members
from auditor.wire import mdns

PERSONAS = load() | load(Path(__file__).parents[2] / "lab" / "personas")
METHODS = members("auditor.discovery", "METHOD")
STRONG, SUPPORTIVE = Strength.STRONG, Strength.SUPPORTIVE
CASES = [
    ("dahua-old-dvr", "legacy", "dahua", "dahua.legacy.reply", STRONG, Channel.DHIP),
    ("tvt-camera", "mhed", "tvt", "tvt.mhed.reply", STRONG, Channel.MHED),
    ("xiongmai-camera", "netip", "xiongmai", "xiongmai.netip.reply", STRONG, Channel.NETIP),
    ("tp-link-vigi", "tdp", "tp-link", "tp-link.tdp.camera", STRONG, Channel.TDP),
    ("ubiquiti-camera", "ubnt", "ubiquiti", "ubiquiti.ubnt-discovery.reply", STRONG, Channel.UBNT),
    ("axis-camera", "mdns", "axis", "axis.mdns-service.instance", STRONG, Channel.MDNS),
    ("amcrest-camera", "ssdp", "dahua", "dahua.ssdp-usn.device-3-0", STRONG, Channel.SSDP),
    ("hanwha-camera", "hanwha", "hanwha", "hanwha.discovery.reply", SUPPORTIVE, Channel.HANWHA),
    ("bosch-camera", "bosch", "bosch", "bosch.discovery.reply", SUPPORTIVE, Channel.BOSCH),
    ("i-pro-camera", "ipro", "i-pro", "i-pro.discovery.reply", SUPPORTIVE, Channel.IPRO),
    (
        "vivotek-camera",
        "vivotek",
        "vivotek",
        "vivotek.discovery.reply",
        SUPPORTIVE,
        Channel.VIVOTEK,
    ),
    ("sony-camera", "sony", "sony", "sony.discovery.reply", SUPPORTIVE, Channel.SONY),
    ("foscam-camera", "foscam", "foscam", "foscam.discovery.reply", SUPPORTIVE, Channel.FOSCAM),
    (
        *("vstarcam-camera", "vstarcam", "vstarcam", "vstarcam.discovery.reply"),
        *(SUPPORTIVE, Channel.VSTARCAM),
    ),
]


def heard(persona: str, name: str) -> tuple[Observation, ...]:
    """What the method reads out of the answers of a simulated device."""
    device = build(PERSONAS[persona], 1, "192.0.2.9")
    service = next(one for one in device.services if one.proto == name)
    question = METHODS[name].question
    forms = [mdns.query([one]) for one in mdns.TYPES] if name == "mdns" else question.forms()
    return tuple(
        Observation(signal=signal, value=value, endpoint=f"udp/{question.port}")
        for form in forms
        for answer in responders()[name].answers(service, device, form)
        for one in question.read(answer.data)
        for signal, value in one.facts
    )


@pytest.mark.parametrize("case", CASES, ids=[one[1] for one in CASES])
def test_the_reply_alone_speaks_for_its_platform(catalog, case):
    persona, name, vendor, rule, strength, channel = case
    facts = heard(persona, name)
    judged = attribute(facts, catalog)
    mine = [
        one for one in judged.attributions if one.vendor == vendor and one.role is Role.PLATFORM
    ]
    assert mine, judged.attributions
    cited = {one.rule: one for one in mine[0].because}
    assert rule in cited, sorted(cited)
    assert (cited[rule].strength, cited[rule].channel) == (strength, channel)
    # One witness, however much it says: a strong one is probable, a supportive one possible,
    # unless the hardware address that it tells is one of the maker's own.
    assert mine[0].grade is not Grade.CONFIRMED
    assert {one.channel for one in mine[0].because} == {channel}
    assert judged.video_sign or vendor in {"tp-link", "ubiquiti", "dahua"}


@pytest.mark.parametrize(
    ("persona", "name", "signal", "value"),
    [
        ("dahua-old-dvr", "legacy", "serial", None),
        ("dahua-old-dvr", "legacy", "model", "HCVR5108H-V2"),
        ("tvt-camera", "mhed", "model", "TD-9441E3"),
        ("hanwha-camera", "hanwha", "model", "XNV-8080R"),
        ("bosch-camera", "bosch", "model", "FLEXIDOME IP 5000"),
        ("i-pro-camera", "ipro", "model", "WV-S2136L"),
        ("vivotek-camera", "vivotek", "model", "IB9387-HT-A"),
        ("sony-camera", "sony", "model", "SNC-CH110"),
    ],
)
def test_model_and_serial_are_read_out_of_the_reply(catalog, persona, name, signal, value):
    judged = attribute(heard(persona, name), catalog)
    expected = value or build(PERSONAS[persona], 1, "192.0.2.9").serial
    assert getattr(judged, signal) == expected

"""Every recorded or constructed reply decodes to what its provenance says."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.model.signals import SIGNALS, Shape
from auditor.wire import (
    arp,
    axis,
    bosch,
    challenge,
    channels,
    dhip,
    endpoint,
    flatten,
    foscam,
    hanwha,
    http,
    ipro,
    isapi,
    lapi,
    legacy,
    magicbox,
    mdns,
    mhed,
    netip,
    rtsp,
    sadp,
    snmp,
    soap,
    sony,
    ssdp,
    tdp,
    ubnt,
    vapix,
    vivotek,
    vstarcam,
    wsd,
    x509,
    xml,
)

REPLIES = Path(__file__).parents[2] / "replies"
SAMPLES = sorted(REPLIES.glob("*/*/PROVENANCE.toml"))


def _load(sample: Path) -> tuple[dict[str, object], bytes]:
    about = tomllib.loads(sample.read_text(encoding="utf-8"))
    return about, (sample.parent / about["file"]).read_bytes()


def _name(sample: Path) -> str:
    return f"{sample.parent.parent.name}/{sample.parent.name}"


WITH_SIGNAL = [sample for sample in SAMPLES if "signal" in _load(sample)[0]]


def _fields(data: object) -> dict[str, object]:
    return {name: getattr(data, name) for name in data.__dataclass_fields__}


def _message(reply: http.Response) -> dict[str, object]:
    asked = challenge.challenges(reply.all("WWW-Authenticate"))
    text = reply.text()
    return {
        "status": reply.status,
        "reason": reply.reason,
        "server": reply.get("server"),
        "public": reply.get("public"),
        "realms": [one.realm for one in asked],
        "schemes": [one.scheme for one in asked],
        "nonces": [one.nonce for one in asked],
        "header_names": [name for name, _ in reply.headers],
        "title": http.title(text),
        "redirect": http.redirect(text),
        "icon": http.icon_href(text),
        "sdp": text,
    }


def _wsd(data: bytes) -> dict[str, object]:
    (match,) = wsd.decode(data)
    scopes = flatten.flatten("wsd.scopes", match.scopes)
    return {
        **_fields(match),
        **{f"scope:{name}": list(values) for name, values in scopes.items()},
        "mac": endpoint.mac_in_endpoint(match.endpoint),
    }


def _onvif(data: bytes) -> dict[str, object]:
    reply = soap.decode(data)
    namespaces = flatten.flatten("onvif.envelope", reply.text)["@namespace"]
    return {
        "operation": reply.operation,
        "fault": reply.fault,
        **_fields(soap.device_information(reply)),
        "clock": soap.clock(reply),
        "endpoint": soap.endpoint(reply),
        "hostname": soap.hostname(reply),
        "macs": list(soap.macs(reply)),
        "scopes": list(soap.scopes(reply)),
        "services": [" ".join(pair) for pair in soap.services(reply)],
        "xaddrs": list(soap.xaddrs(reply)),
        "namespace": next((one for one in namespaces if "event/topics" in one), None),
    }


def _ssdp(data: bytes) -> dict[str, object]:
    answer = ssdp.decode(data)
    return {**_fields(answer), "body_starts": answer.body[:23]}


def _mdns(data: bytes) -> dict[str, object]:
    answer = mdns.decode(data)
    return {
        "services": list(answer.services),
        "texts": [[list(pair) for pair in pairs] for pairs in answer.texts],
        "hosts": list(answer.hosts),
        "addresses": sorted(answer.addresses),
    }


def _plain(data: object) -> dict[str, object]:
    return {
        name: list(value) if isinstance(value, tuple) else str(value)
        for name, value in _fields(data).items()
    }


def _xml(data: bytes) -> dict[str, object]:
    flat = flatten.flatten("isapi.xml", xml.document(data).text)
    return {name: list(values) for name, values in flat.items()}


def _listing(found: channels.Listing) -> dict[str, object]:
    return {"channels": [channels.as_json(one) for one in found.channels]}


DECODERS: dict[str, Callable[[bytes], dict[str, object]]] = {
    "sadp": lambda data: dict(sadp.decode(data).fields),
    "dhip": lambda data: dict(dhip.decode(data).fields),
    "legacy": legacy.decode,
    "mhed": mhed.decode,
    "netip": netip.decode,
    "tdp": tdp.decode,
    "ubnt": ubnt.decode,
    "hanwha": hanwha.decode,
    "bosch": bosch.decode,
    "ipro": ipro.decode,
    "vivotek": vivotek.decode,
    "sony": sony.decode,
    "foscam": foscam.decode,
    "vstarcam": vstarcam.decode,
    "mdns": _mdns,
    "snmp": snmp.decode,
    "axis": axis.decode,
    "wsd": _wsd,
    "onvif": _onvif,
    "http": lambda data: _message(http.decode(data)),
    "rtsp": lambda data: _message(rtsp.decode(data)),
    "ssdp": _ssdp,
    "xml": _xml,
    "arp": lambda data: _plain(arp.decode(data)),
    "x509": lambda data: _plain(x509.decode(data)),
    "isapi-channels": lambda data: _listing(isapi.channel_list(data)),
    "isapi-network": lambda data: json.loads(isapi.network(data)),
    "remote-devices": lambda data: _listing(magicbox.remote_devices(data)),
    "magicbox": magicbox.pairs,
    "vapix": lambda data: dict(vapix.parameters(data)),
    "lapi": lambda data: json.loads(lapi.device_info(data)),
    "lapi-channels": lambda data: _listing(lapi.channel_list(data)),
}

VALUES: dict[str, Callable[[bytes], str]] = {
    "sadp": lambda data: sadp.decode(data).text,
    "dhip": lambda data: dhip.decode(data).text,
    "onvif": lambda data: soap.decode(data).text,
    "xml": lambda data: xml.document(data).text,
    "legacy": legacy.value,
    "mhed": mhed.value,
    "netip": netip.value,
    "tdp": tdp.value,
    "ubnt": ubnt.value,
    "hanwha": hanwha.value,
    "bosch": bosch.value,
    "ipro": ipro.value,
    "vivotek": vivotek.value,
    "sony": sony.value,
    "foscam": foscam.value,
    "vstarcam": vstarcam.value,
    "axis": axis.value,
}


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_reply_decodes_to_what_its_provenance_expects(sample: Path) -> None:
    about, data = _load(sample)
    found = DECODERS[about["decoder"]](data)
    assert about["expect"]
    assert {name: found.get(name) for name in about["expect"]} == about["expect"]


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_provenance_is_complete_and_honest(sample: Path) -> None:
    about, _ = _load(sample)
    assert about["origin"] in {"constructed", "documented", "recorded"}
    assert about["source"]
    assert about["scrubbed"]


@pytest.mark.parametrize("sample", WITH_SIGNAL, ids=_name)
def test_observation_value_of_reply_has_the_shape_of_its_signal_and_flattens(sample: Path) -> None:
    about, data = _load(sample)
    signal = SIGNALS[about["signal"]]
    value = VALUES[about["decoder"]](data)
    if signal.shape is Shape.HEX:
        assert bytes.fromhex(value) == data
    if signal.shape is Shape.JSON:
        assert isinstance(json.loads(value), dict)
    flat = flatten.flatten(signal.name, value)
    if about["decoder"] != "onvif":
        for name, text in about["expect"].items():
            assert list(flat[name])[: len(text) if isinstance(text, list) else 1] == (
                text if isinstance(text, list) else [text]
            )


def test_every_protocol_has_a_reply() -> None:
    seen = {_load(sample)[0]["decoder"] for sample in SAMPLES}
    assert seen == set(DECODERS)

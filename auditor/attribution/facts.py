"""The facts that rules meet: raw observations, and what can be read out of them."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from auditor.model.facts import Seen
from auditor.model.signals import ROVING, SIGNALS, channel_of
from auditor.model.words import Channel
from auditor.wire.mac import inside, normal


class Voice(StrEnum):
    """Who says a derived fact; decides what a model number is worth."""

    DEVICE = "device"  # the device's own identity answer (ONVIF, SADP, DHIP, ISAPI, VAPIX …)
    BANNER = "banner"  # a scope, a title, a realm, a UPnP description
    RECORD = "record"  # a label, a list, an order


_fact: Final = tuple.__new__
"""Makes a fact of its fields, in a third of the time that its own class takes."""


class Fact(NamedTuple):
    """A raw observation, or something read out of one.

    Attributes:
        signal: what rules look it up by.
        value: what they match.
        channel: the witness; a derived fact keeps that of its origin.
        endpoint: where the raw observation came from.
        via: the raw signal, for derived facts; None for raw ones.
        voice: who says it.
    """

    signal: str
    value: str
    channel: Channel
    endpoint: str | None = None
    via: str | None = None
    voice: Voice = Voice.BANNER

    @property
    def origin(self) -> str:
        """The raw signal."""
        return self.via or self.signal

    def derived(self, signal: str, value: str, voice: Voice | None = None) -> "Fact":
        """A fact read out of this one: same witness, same endpoint, same origin."""
        return _fact(
            Fact,
            (
                signal,
                value,
                self.channel,
                self.endpoint,
                self.via or self.signal,
                voice or self.voice,
            ),
        )


_WORDS: Final = frozenset(
    {"brand", "model", "serial", "firmware", "hostname", "http.title", "http.server", "rtsp.server"}
    | {"http.auth_realm", "rtsp.auth_realm", "wsd.endpoint", "onvif.endpoint", "onvif.model"}
    | {"onvif.manufacturer", "onvif.serial", "onvif.firmware", "onvif.hardware_id"}
)
"""Signals of one word or one line: space around it, and quotes, are no part of it."""
_ENTERPRISES: Final = re.compile(
    r"^(?:\.?(?:iso|1)\.3\.6\.1\.4\.1\.|(?:SNMPv2-SMI::)?enterprises\.)"
)
"""How tools write the beginning of an enterprise's number: 1.3.6.1.4.1."""
_QUOTES: Final = {'"': '"', "'": "'", "{": "}", "\u201c": "\u201d", "\u201e": "\u201c"}
_FIXED = {name: signal.channel for name, signal in SIGNALS.items() if name not in ROVING}
OWN_VOICE = frozenset(
    {"onvif.model", "onvif.serial", "onvif.firmware", "onvif.mac", "sadp", "dhip", "dahua.legacy"}
    | {"isapi.device_info", "axis.basicdeviceinfo", "tvt.mhed", "xm.netip", "tplink.tdp"}
    | {"ubnt.discovery", "magicbox.info", "lapi.device_info", "axis.properties"}
)


def bare(text: str) -> str:
    """A word or a line without the space and the quotes around it."""
    text = text.strip()
    while len(text) > 2 and _QUOTES.get(text[0]) == text[-1]:  # noqa: PLR2004 - the two quotes
        text = text[1:-1].strip()
    return text


def raw(observation: Seen) -> Fact:
    """The fact that an observation is by itself."""
    signal, endpoint, value = observation.signal, observation.endpoint, observation.value
    if signal == "mac":
        value = normal(value) or inside(value) or value
    elif signal in _WORDS:
        value = bare(value)
    elif signal == "http.favicon_md5":  # hexadecimal: tools write it in large letters too
        value = value.strip().lower()
    elif signal == "snmp.sysobjectid":
        value = _ENTERPRISES.sub("1.3.6.1.4.1.", value.strip())
    known = _FIXED.get(signal)
    channel = channel_of(signal, endpoint) if known is None else known
    if channel is Channel.RECORD:
        voice = Voice.RECORD
    elif signal in OWN_VOICE:
        voice = Voice.DEVICE
    else:
        voice = Voice.BANNER
    return _fact(Fact, (signal, value, channel, endpoint, None, voice))

"""Structured facts as flat names and values, so that one rule language reads all of them.

XML replies give their local element names, JSON replies their last key names, header lists their
lower-case header names, scope lists their categories, binary replies their decoded fields.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import (
    _json,
    bosch,
    foscam,
    hanwha,
    ipro,
    legacy,
    mhed,
    sony,
    ubnt,
    vivotek,
    vstarcam,
    wsd,
    xml,
)

Flat = Mapping[str, tuple[str, ...]]

TEXT_CAP: Final = 65_536
"""Most characters that a rule without a field searches."""
_CACHED: Final = 16_384
"""Longest value that is worth keeping in the cache."""
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_EMPTY: Final[Flat] = MappingProxyType({})


def _xml(value: str) -> Flat:
    found = xml.gleaned(value)
    return {**found.leaves, "@root": (found.root,), "@namespace": found.namespaces}


def _json_leaves(value: str) -> Flat:
    return _json.all_leaves(_json.loads(value))


def _pair_list(value: str) -> list[tuple[str, str]]:
    if not value.startswith("["):
        return _header_lines(value)
    found = _json.loads(value)
    if not isinstance(found, list):
        raise Malformed("no list of pairs")
    pairs: list[tuple[str, str]] = []
    for one in found[: _json.NODE_CAP]:
        if not isinstance(one, list) or len(one) != 2 or not isinstance(one[0], str):  # noqa: PLR2004 - a pair
            raise Malformed("no pair of name and value")
        if isinstance(one[1], list | dict):
            raise Malformed("a value is no text")
        pairs.append((one[0], _json.leaf_text(one[1]) or ""))
    return pairs


def _header_lines(text: str) -> list[tuple[str, str]]:
    """The lines ``Name: value`` of a message's head, as people paste it, with the line before them."""
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(text[:TEXT_CAP].splitlines()[: _json.NODE_CAP]):
        name, colon, told = line.partition(":")
        if colon and _HEADER_NAME.fullmatch(name.strip()):
            pairs.append((name.strip(), told.strip()))
        elif number or not line.startswith(("HTTP/", "RTSP/")):
            break  # the head is over, or this is none
    if not pairs:
        raise Malformed("no header lines")
    return pairs


def _grouped(pairs: list[tuple[str, str]]) -> Flat:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _services(value: str) -> Flat:
    """A list of services; as people paste it, each line a namespace and where it is served."""
    if value.startswith(("[", "{", '"')):
        return _json_leaves(value)
    words = [line.split() for line in value[:TEXT_CAP].splitlines()]
    return {
        "namespace": tuple(line[0] for line in words if line),
        "xaddr": tuple(word for line in words for word in line[1:]),
    }


def _pairs(value: str) -> Flat:
    return _grouped([(name.lower(), text) for name, text in _pair_list(value)])


def _scopes(value: str) -> Flat:
    return _grouped(list(wsd.scope_items(value)))


def _octets(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError as why:
        raise Malformed("no hex digits") from why


def _fields(decode: Callable[[bytes], dict[str, str]]) -> Callable[[str], Flat]:
    return lambda value: {name: (text,) for name, text in decode(_octets(value)).items()}


_READERS: Final[dict[str, Callable[[str], Flat]]] = {
    "sadp": _xml,
    "isapi.device_info": _xml,
    "isapi.xml": _xml,
    "ssdp.description": _xml,
    "onvif.envelope": _xml,
    "wsd.envelope": _xml,
    "dhip": _json_leaves,
    "xm.netip": _json_leaves,
    "tplink.tdp": _json_leaves,
    "axis.basicdeviceinfo": _json_leaves,
    "axis.properties": _json_leaves,
    "isapi.network": _json_leaves,
    "magicbox.info": _json_leaves,
    "magicbox.network": _json_leaves,
    "lapi.device_info": _json_leaves,
    "recorder.channels": _json_leaves,
    "recorder.channel": _json_leaves,
    "onvif.services": _services,
    "onvif.profiles": _json_leaves,
    "onvif.video_sources": _json_leaves,
    "http.headers": _pairs,
    "rtsp.headers": _pairs,
    "mdns.txt": _pairs,
    "wsd.scopes": _scopes,
    "onvif.scopes": _scopes,
    "dahua.legacy": _fields(legacy.decode),
    "tvt.mhed": _fields(mhed.decode),
    "ubnt.discovery": _fields(ubnt.decode),
    "hanwha.discovery": _fields(hanwha.decode),
    "bosch.discovery": _fields(bosch.decode),
    "ipro.discovery": _fields(ipro.decode),
    "vivotek.discovery": _fields(vivotek.decode),
    "sony.discovery": _fields(sony.decode),
    "foscam.discovery": _fields(foscam.decode),
    "vstarcam.discovery": _fields(vstarcam.decode),
}
STRUCTURED: Final = frozenset(_READERS)
"""The signals whose values have fields."""


def _flatten(signal: str, value: str) -> Flat:
    return MappingProxyType(dict(_READERS[signal](value)))


_flatten_cached = lru_cache(maxsize=2048)(_flatten)


def flatten(signal: str, value: str) -> Flat:
    """The fields of a structured fact.

    Args:
        signal: a signal name.
        value: the observation's value: XML, JSON text, hex digits or scopes.

    Returns:
        Field name → values in order. XML also gives ``@root`` (name of the root element) and
        ``@namespace`` (declared namespace URIs). Empty for signals without fields.

    Raises:
        Malformed: the value does not have the shape of its signal.
    """
    if signal not in _READERS:
        return _EMPTY
    if len(value) > _CACHED:
        return _flatten(signal, value)
    return _flatten_cached(signal, value)


def text_of(signal: str, value: str) -> str:
    """The text that a rule without a field searches, at most 65,536 characters.

    Lists of pairs become lines ``Name: value``; everything else is the value itself.
    """
    if _READERS.get(signal) is _pairs:
        with suppress(Malformed):  # else the text as it came is all there is to search
            value = "".join(f"{name}: {text}\n" for name, text in _pair_list(value))
    return value[:TEXT_CAP]

"""Whatever the bytes: every decoder gives an answer or says Malformed, and soon."""

import contextlib
import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.errors import Malformed
from auditor.model.signals import SIGNALS
from auditor.wire import flatten
from tests.fuzz.targets import targets

REPLIES = Path(__file__).parents[1] / "replies"
SEEDS = sorted(path.read_bytes() for path in REPLIES.glob("*/*/reply.*"))
LONGEST = 1.0
"""Seconds of processor time that one decode may take on a slow machine."""


def _every_signal(data: bytes) -> None:
    """Flattening as each signal in turn, where fuzzing has the first byte choose one."""
    text = data.decode("latin-1")
    for signal in SIGNALS:
        flatten.text_of(signal, text)
        try:
            flatten.flatten(signal, data.hex() if len(data) % 2 else text)
        except Malformed:
            continue


DECODERS: dict[str, Callable[[bytes], object]] = {**targets(), "every signal": _every_signal}

fast = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], database=None)


def _survives(decode: Callable[[bytes], object], data: bytes) -> None:
    gc.disable()  # walking the heap of thousands of earlier tests is not the decoder's time
    try:
        began = time.process_time()
        with contextlib.suppress(Malformed):
            decode(data)
        spent = time.process_time() - began
    finally:
        gc.enable()
    assert spent < LONGEST


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real reply with a few bytes changed, cut, doubled or spliced in."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        end = at + draw(st.integers(0, 8))
        match draw(st.integers(0, 4)):
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = draw(st.binary(max_size=8))
            case 3:
                data[at:at] = data[at:end] * 50
            case _:
                del data[at:]
    return bytes(data)


@pytest.mark.parametrize("name", sorted(DECODERS))
@given(data=st.binary(max_size=600))
@fast
def test_any_bytes_give_an_answer_or_malformed(name: str, data: bytes) -> None:
    _survives(DECODERS[name], data)


@pytest.mark.parametrize("name", sorted(DECODERS))
@given(data=mutated())
@fast
def test_damaged_replies_give_an_answer_or_malformed(name: str, data: bytes) -> None:
    _survives(DECODERS[name], data)


EVIL: dict[str, bytes] = {
    "one byte many times": b"\xff" * 65_536,
    "nuls": b"\0" * 65_536,
    "quotes": b'WWW="' + b'" ' * 30_000,
    "blanks": b"HTTP/1.1 200 OK\r\nWWW-Authenticate: x=" + b" " * 60_000,
    "folded headers": b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" c\r\n" * 15_000 + b"\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"a:b\r\n" * 12_000 + b"\r\n",
    "many chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"1\r\na\r\n" * 40_000,
    "huge chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\nx",
    "huge length": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\nx",
    "interim replies": b"HTTP/1.1 100 Continue\r\n\r\n" * 8_000,
    "titles": b"<title>" * 9_000,
    "metas": b"<meta " * 10_000,
    "meta refresh": b"<meta http-equiv=" + b" " * 60_000,
    "links": b"<link rel=" * 6_000,
    "locations": b"location = " * 5_900,
    "deep xml": b"<a>" * 80_000,
    "wide xml": b"<a>" + b"<b/>" * 60_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b'a%d="x"' % at for at in range(20_000)) + b"/>",
    "prefixes": b"<r>" + b"".join(b"<p%d:a/>" % at for at in range(15_000)) + b"</r>",
    "ampersands": b"<a>" + b"&" * 250_000 + b"</a>",
    "laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    "same leaves": b"<a>" + b"<b>x</b>" * 19_000 + b"</a>",
    "declarations": b"<a>" + b"<b xmlns='urn:%d'/>" * 9_000 + b"</a>",
    "junk behind": b"<a/>" + b"<" * 250_000,
    "deep json": b"\x20\0\0\0DHIP" + bytes(24) + b'{"a":' * 40_000,
    "deep list": b"[" * 200_000,
    "wide json": b'{"data":{"propertyList":{'
    + b",".join(b'"%d":1' % at for at in range(30_000))
    + b"}}}",
    "huge number": b'{"data":{"propertyList":{"a":' + b"9" * 200_000 + b"}}}",
    "scopes": b"onvif://www.onvif.org/" + b"/" * 60_000,
    "many scopes": b"onvif://www.onvif.org/a/%41 " * 9_000,
    "records": b"\x01\0\xff\xff" + b"\x0b\0\x01a" * 16_000,
    "lines": b"\xb3" + bytes(119) + b"a:b\n" * 16_000,
    "a name that points at itself": b"\0\0\x84\0\0\0\xff\xff\0\0\0\0" + b"\xc0\x0c" * 30_000,
    "a ladder of pointers": b"\0\0\x84\0\0\0\xff\xff\0\0\0\0\1a\0"
    + b"".join((0xC000 | (12 + 2 * at)).to_bytes(2) for at in range(8_000)),
    "long names": b"\0\0\x84\0\xff\xff\xff\xff\0\0\0\0" + b"\x3f" + b"a" * 65_000,
    "certificate": b"\x30\x82\xff\xff" + b"\x30\x80" * 16_000,
    "length of lengths": b"\x30\xff" + b"\xff" * 300,
}


@pytest.mark.parametrize("what", sorted(EVIL))
def test_hostile_input_ends_soon(what: str) -> None:
    for decode in DECODERS.values():
        _survives(decode, EVIL[what])

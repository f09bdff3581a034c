"""What is written in a protocol's grammar is read back unchanged."""

import json
import struct
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.wire import arp, challenge, dhip, http, mac, netip, rtsp, sadp, soap, ssdp, wsd, xml
from auditor.wire.flatten import flatten, text_of

quick = settings(max_examples=100, database=None)

stations = st.binary(min_size=6, max_size=6).filter(lambda b: b not in {bytes(6), b"\xff" * 6})
addresses = st.integers(0, 2**32 - 1).map(lambda n: str(IPv4Address(n)))
names = st.from_regex(r"\A[A-Za-z][A-Za-z0-9_-]{0,20}\Z")
visible = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
words = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs", "Cc"]),
    max_size=40,
)


@given(octets=stations, separator=st.sampled_from([":", "-", " ", "."]), upper=st.booleans())
@quick
def test_mac_survives_every_writing(octets: bytes, separator: str, upper: bool) -> None:
    text = octets.hex(separator)
    expected = octets.hex(":")
    assert mac.normal(text.upper() if upper else text) == expected
    assert mac.normal(octets.hex()) == expected
    assert mac.normal(":".join(f"{octet:x}" for octet in octets)) == expected


@given(octets=stations)
@quick
def test_mac_survives_eui64(octets: bytes) -> None:
    node = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    address = IPv6Address(b"\xfe\x80" + bytes(6) + node)
    assert mac.from_eui64(str(address)) == octets.hex(":")


@given(source=stations, source_ip=addresses, target_ip=addresses)
@quick
def test_arp_request_reads_back(source: bytes, source_ip: str, target_ip: str) -> None:
    found = arp.decode(arp.request(source.hex(":"), source_ip, target_ip))
    assert found == arp.Arp(
        operation=arp.REQUEST,
        sender_mac=source.hex(":"),
        sender_ip=source_ip,
        target_mac="00:00:00:00:00:00",
        target_ip=target_ip,
        source_mac=source.hex(":"),
    )


@given(
    headers=st.lists(st.tuples(names, visible.map(str.strip)), max_size=20),
    body=st.binary(max_size=200),
    cuts=st.lists(st.integers(1, 50), max_size=10),
)
@quick
def test_chunked_reply_reads_back(
    headers: list[tuple[str, str]], body: bytes, cuts: list[int]
) -> None:
    taken = {"transfer-encoding", "content-length"}
    headers = [pair for pair in headers if pair[0].lower() not in taken]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    chunks, at = b"", 0
    for size in [*cuts, len(body)]:
        part = body[at : at + size]
        at += size
        if part:
            chunks += b"%x\r\n%b\r\n" % (len(part), part)
    raw = f"HTTP/1.1 200 OK\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks
    whole = raw + b"0\r\n\r\n"
    reply = http.decode(whole)
    assert reply.headers[:-1] == tuple(headers)
    assert reply.body == body
    assert http.complete(whole)
    assert not http.complete(raw)


@given(body=st.binary(max_size=100), cut=st.integers(1, 100))
@quick
def test_reply_is_complete_exactly_when_its_length_is_there(body: bytes, cut: int) -> None:
    for module, version in ((http, "HTTP/1.1"), (rtsp, "RTSP/1.0")):
        raw = f"{version} 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        assert module.complete(raw)
        assert module.decode(raw).body == body
        if body:
            assert not module.complete(raw[: -min(cut, len(body))])


@given(realm=words, nonce=visible)
@quick
def test_properly_quoted_challenge_reads_back(realm: str, nonce: str) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    (one,) = challenge.challenges([f"Digest realm={quoted(realm)}, nonce={quoted(nonce)}"])
    assert (one.scheme, one.realm, one.nonce) == ("digest", realm, nonce)


@given(fields=st.dictionaries(names, words.map(str.strip), min_size=1, max_size=20))
@quick
def test_sadp_fields_read_back(fields: dict[str, str]) -> None:
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    reply = sadp.decode(f"<ProbeMatch>{inner}</ProbeMatch>".encode())
    assert reply.fields == fields
    flat = flatten("sadp", reply.text)
    assert {name: flat[name] for name in fields} == {n: (text,) for n, text in fields.items()}


@given(fields=st.dictionaries(names, words, min_size=1, max_size=20))
@quick
def test_json_bodies_read_back(fields: dict[str, str]) -> None:
    body = json.dumps({"params": {"deviceInfo": fields}})
    header = struct.pack("<I4s8xIIII", 32, b"DHIP", 0, 0, 0, 0)
    reply = dhip.decode(header + body.encode() + b"\n\0")
    assert reply.fields == fields
    assert reply.text == body
    found = netip.decode(b"\xff" + bytes(13) + b"\xfb\x05" + bytes(4) + body.encode())
    assert found == fields
    assert flatten("dhip", body) == {name: (text,) for name, text in fields.items()}


@given(pairs=st.lists(st.tuples(names, words), max_size=20))
@quick
def test_pairs_keep_every_value_in_order(pairs: list[tuple[str, str]]) -> None:
    value = json.dumps(pairs)
    flat = flatten("http.headers", value)
    for name in {name.lower() for name, _ in pairs}:
        assert flat[name] == tuple(text for key, text in pairs if key.lower() == name)
    assert text_of("http.headers", value) == "".join(f"{name}: {text}\n" for name, text in pairs)


@given(items=st.lists(st.tuples(names, words.filter(bool)), max_size=10))
@quick
def test_scopes_read_back(items: list[tuple[str, str]]) -> None:
    scopes = " ".join(f"onvif://www.onvif.org/{name}/{quote(text)}" for name, text in items)
    assert wsd.scope_items(scopes) == tuple(items)


@given(ids=st.lists(st.uuids().map(str), min_size=3, max_size=3))
@quick
def test_probes_are_well_formed_and_carry_their_ids(ids: list[str]) -> None:
    for one, message_id in zip(wsd.probes(ids), ids, strict=True):
        assert xml.first(xml.parse(one), "MessageID") == f"urn:uuid:{message_id}"


@given(moment=st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year > 999))
@quick
def test_device_clock_reads_back(moment: datetime) -> None:
    parts = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    inner = "".join(f"<{name}>{getattr(moment, name.lower())}</{name}>" for name in parts)
    text = f"<Envelope><Body><R><UTCDateTime>{inner}</UTCDateTime></R></Body></Envelope>"
    assert soap.clock(soap.decode(text)) == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@given(usn=visible.map(str.strip), server=visible.map(str.strip))
@quick
def test_ssdp_headers_read_back(usn: str, server: str) -> None:
    answer = ssdp.decode(f"HTTP/1.1 200 OK\r\nUsn: {usn}\r\nServer: {server}\r\n\r\n".encode())
    assert (answer.usn, answer.server) == (usn or None, server or None)

"""mDNS: questions only, and answers of which nothing can run long or lead astray."""

import struct

import pytest

from auditor.model.errors import Malformed
from auditor.wire import mdns

ANSWER = 0x8400


def label(*words: str) -> bytes:
    return b"".join(bytes([len(word.encode())]) + word.encode() for word in words)


def record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, 1, 120, len(data)) + data


def message(*records: bytes, flags: int = ANSWER, count: int | None = None) -> bytes:
    head = struct.pack("!6H", 0, flags, 0, len(records) if count is None else count, 0, 0)
    return head + b"".join(records)


RTSP = label("_rtsp", "_tcp", "local") + b"\0"
DOOR = label("Front door", "_rtsp", "_tcp", "local") + b"\0"
HOST = label("cam-7", "local") + b"\0"


def test_a_query_is_for_ptr_records_and_holds_no_record() -> None:
    sent = mdns.query(["_rtsp._tcp.local"])
    assert struct.unpack_from("!6H", sent) == (0, 0, 1, 0, 0, 0)
    assert sent[12:] == RTSP + struct.pack("!HH", 12, 1)


@pytest.mark.parametrize("names", [[], ["a..b"], ["x" * 64], ["a.local"] * 33])
def test_a_query_that_cannot_be_written_is_malformed(names: list[str]) -> None:
    with pytest.raises(Malformed):
        mdns.query(names)


def test_an_answer_gives_service_instance_text_host_and_address() -> None:
    found = mdns.decode(
        message(
            record(RTSP, 12, DOOR),
            record(DOOR, 33, struct.pack("!HHH", 0, 0, 554) + HOST),
            record(DOOR, 16, b"\x05a=b=c\x04flag\0\x02=x"),
            record(HOST, 1, bytes([192, 0, 2, 7])),
            record(HOST, 28, bytes(15) + b"\x01"),
        )
    )
    assert found.services == ("Front door._rtsp._tcp.local",)
    assert found.texts == ((("a", "b=c"), ("flag", "")),)
    assert found.hosts == ("cam-7",)
    assert found.addresses == {"192.0.2.7", "::1"}


def test_the_list_of_types_is_told_without_its_own_name() -> None:
    name = label(*mdns.ALL.split(".")) + b"\0"
    found = mdns.decode(message(record(name, 12, RTSP), record(name, 12, name)))
    assert found.services == ("_rtsp._tcp.local",)


def test_what_comes_behind_a_record_that_is_cut_short_is_not_read() -> None:
    whole = message(record(RTSP, 12, DOOR), count=3) + DOOR + b"\0\x10"
    assert mdns.decode(whole).services == ("Front door._rtsp._tcp.local",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(12),
        mdns.query([mdns.ALL]),
        message(),
        message(record(HOST, 1, bytes(4))),
        message(record(RTSP, 12, DOOR), flags=ANSWER | 0x2000),
        message(record(b"\xc0\x0c", 12, DOOR)),  # a name that points at itself
        message(record(b"\xc0\x40", 12, DOOR)),  # a name that points forward
        message(record(label("a" * 63, "b" * 63, "c" * 63, "d" * 63, "e") + b"\0", 12, DOOR)),
        message(record(RTSP, 12, b"\x3fshort")),
    ],
)
def test_what_is_no_answer_about_a_service_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        mdns.decode(data)


def test_an_answer_with_more_than_anybody_has_is_cut() -> None:
    many = [
        record(RTSP, 12, label(f"cam {n}", "_rtsp", "_tcp", "local") + b"\0") for n in range(99)
    ]
    assert len(mdns.decode(message(*many)).services) == 32

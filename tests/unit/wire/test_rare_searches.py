"""The searches of rarely met makers: known to the last byte, and no answer to themselves."""

from types import ModuleType

import pytest

from auditor.model.errors import Malformed
from auditor.wire import bosch, foscam, hanwha, ipro, sony, vivotek, vstarcam

SEARCHES: dict[ModuleType, str] = {
    hanwha: "01" + "00" * 261,
    bosch: "9939a42700000001ff0006de",
    ipro: "0001000000 0d000000000000 ffffffffffffffffffff 000120111e11231f1e19130000020000"
    "00000000000000000000ffff0000",
    vivotek: "014a5d8f1c",
    sony: "02454e513a616c6c696e666fff03",
    foscam: "4d4f5f49" + "00" * 11 + "04" + "00" * 7 + "00000001",
    vstarcam: "44480101",
}
WIRES = list(SEARCHES)


def name(wire: ModuleType) -> str:
    return wire.__name__.rpartition(".")[2]


@pytest.mark.parametrize("wire", WIRES, ids=name)
def test_the_search_is_the_published_bytes(wire: ModuleType) -> None:
    assert wire.search() == bytes.fromhex(SEARCHES[wire])


def test_the_lengths_are_the_published_ones() -> None:
    assert [len(wire.search()) for wire in WIRES] == [262, 12, 52, 5, 14, 27, 4]


@pytest.mark.parametrize("wire", WIRES, ids=name)
def test_no_search_is_an_answer_to_itself_or_to_another(wire: ModuleType) -> None:
    for other in WIRES:
        with pytest.raises(Malformed):
            wire.decode(other.search())


@pytest.mark.parametrize("wire", WIRES, ids=name)
@pytest.mark.parametrize("data", [b"", b"\0" * 300, b"\xff" * 600, b"<a/>" * 20, b"\x02" * 9_000])
def test_rubbish_and_oversize_are_malformed(wire: ModuleType, data: bytes) -> None:
    with pytest.raises(Malformed):
        wire.decode(data)


def test_numbers_that_are_echoed_stand_in_the_search() -> None:
    assert bosch.search(0x01020304)[4:8].hex() == "01020304"
    assert vivotek.search(0x1FF)[0] == 0xFF


def test_the_two_searches_of_port_10000_cannot_be_taken_for_each_other() -> None:
    answer = b"\x01" + bytes.fromhex("4a5d8f1c") + b"\x02\x06\x00\x02\xd1\x01\x02\x03" + bytes(90)
    assert vivotek.decode(answer)["mac"] == "00:02:d1:01:02:03"
    with pytest.raises(Malformed):
        foscam.decode(answer)

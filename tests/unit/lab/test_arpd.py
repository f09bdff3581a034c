"""The ARP responder of the benchmarks' crowd answers for who is there, and for nobody else."""

from auditor.wire import arp
from benchmarks import arpd

CAMERA, SCANNER = "44:19:b6:00:00:07", "02:00:5e:00:53:fa"


def ask(address: str) -> bytes | None:
    question = arp.request(SCANNER, "10.9.0.250", address)
    return arpd.answer(question, arpd.read([f"10.9.0.7 {CAMERA}"]))


def test_a_device_is_answered_for_with_its_own_hardware_address():
    answer = ask("10.9.0.7")
    assert answer is not None
    assert answer[:6] == bytes.fromhex(SCANNER.replace(":", ""))
    told = arp.decode(answer)
    assert (told.sender_ip, told.sender_mac) == ("10.9.0.7", CAMERA)


def test_an_address_that_nobody_has_gets_no_answer():
    assert ask("10.9.0.8") is None


def test_an_answer_is_not_answered():
    answer = ask("10.9.0.7")
    assert answer is not None
    assert arpd.answer(answer, arpd.read([f"10.9.0.250 {SCANNER}"])) is None

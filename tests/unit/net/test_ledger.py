from hypothesis import given
from hypothesis import strategies as st

from auditor.net.ledger import HEAD, Ledger

_WHAT = st.sampled_from(["message", "datagram", "touch", "arp"])


@given(st.lists(st.tuples(_WHAT, st.sampled_from(["http", "arp", "wsd"]))))
def test_the_packets_of_all_probes_add_up(booked):
    ledger = Ledger()
    for what, probe in booked:
        ledger.packet(what, "10.0.0.1", 1, probe)
    sent = ledger.sent()
    assert sent.packets == len(booked) == sum(sent.by_probe.values())


def test_a_connection_is_one_packet_and_no_request():
    ledger = Ledger()
    ledger.connection("10.0.0.1", 80, "http")
    sent = ledger.sent()
    assert (sent.packets, sent.connections, sent.requests) == (1, 1, 0)


def test_the_log_keeps_the_latest_lines_and_the_first_bytes():
    ledger = Ledger(keep=2)
    for number in range(3):
        ledger.packet("message", "10.0.0.1", number, "http", b"x" * 500)
    assert [line.port for line in ledger.lines] == [1, 2]
    assert {len(line.head) for line in ledger.lines} == {HEAD}


def test_nothing_is_kept_unless_asked():
    ledger = Ledger()
    ledger.packet("message", "10.0.0.1", 1, "http", b"x")
    assert ledger.lines == ()


def test_a_listener_is_told_of_each_line():
    told = []
    ledger = Ledger(netlog=told.append)
    ledger.connection("10.0.0.1", 80, "http")
    assert [(line.what, line.address, line.port, line.probe) for line in told] == [
        ("connect", "10.0.0.1", 80, "http")
    ]


def test_maxima_are_kept():
    ledger = Ledger()
    ledger.in_flight(2, 9)
    ledger.in_flight(1, 3)
    ledger.request(4)
    ledger.request(1)
    assert (ledger.most_connections, ledger.most_open, ledger.most_requests) == (2, 9, 4)

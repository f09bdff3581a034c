"""A fragile device counts what a client holds, goes down on one too many, and slows under load."""

import socket
from dataclasses import replace

import pytest

from auditor.lab.frail import Strain
from auditor.lab.persona import load


@pytest.fixture
def pairs():
    """Connected sockets on the loopback: (ours, the device's)."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = []

    def connect():
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
        made.extend([ours, theirs])
        return ours, theirs

    yield connect
    for one in (*made, listener):
        one.close()


def strain(**how):
    return Strain(replace(load()["axis-camera"], **how))


def test_a_third_connection_held_at_a_time_takes_the_device_down(pairs):
    device = strain(most=2, reboot=5.0)
    assert device.bears(pairs()[1], 0.0)
    assert device.bears(pairs()[1], 0.1)
    assert not device.is_down(0.15)
    assert not device.bears(pairs()[1], 0.2)
    assert device.reboots == 1
    assert device.is_down(5.1)
    assert not device.is_down(5.3)
    assert device.bears(pairs()[1], 5.3)


def test_a_connection_that_the_client_has_closed_does_not_count(pairs):
    device = strain(most=2, reboot=5.0)
    for number in range(6):
        ours, theirs = pairs()
        assert device.bears(theirs, number / 10)
        ours.close()
    assert device.reboots == 0


def test_without_a_reboot_one_too_many_is_only_dropped(pairs):
    device = strain(most=1)
    assert device.bears(pairs()[1], 0.0)
    assert not device.bears(pairs()[1], 0.0)
    assert (device.reboots, device.is_down(0.1)) == (0, False)


def test_every_connection_of_the_last_second_slows_the_answers(pairs):
    device = strain(most=0, slow=0.1)
    assert device.latency(0.0) == 0
    for _ in range(3):
        device.bears(pairs()[1], 0.0)
    assert device.latency(0.5) == pytest.approx(0.3)
    assert device.latency(1.5) == 0

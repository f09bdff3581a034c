import asyncio

import pytest

from auditor.net import resolving
from auditor.net.resolving import Resolving


async def test_no_more_addresses_are_looked_for_than_allowed():
    gate = Resolving(2)
    await gate.enter("10.0.0.1")
    await gate.enter("10.0.0.2")
    third = asyncio.create_task(gate.enter("10.0.0.3"))
    await asyncio.sleep(0.01)
    assert not third.done()
    gate.settled("10.0.0.1")
    await third
    assert len(gate) == 2
    gate.clear()
    assert len(gate) == 0


async def test_one_address_takes_one_place():
    gate = Resolving(1)
    await gate.enter("10.0.0.1")
    await gate.enter("10.0.0.1")
    gate.settled("10.0.0.1")
    gate.settled("10.0.0.1")
    await gate.enter("10.0.0.2")
    third = asyncio.create_task(gate.enter("10.0.0.3"))
    await asyncio.sleep(0.01)
    assert not third.done()
    third.cancel()
    gate.clear()


async def test_the_kernel_gives_up_by_itself(monkeypatch):
    monkeypatch.setattr(resolving, "ARP_SECONDS", 0.02)
    gate = Resolving(1)
    await gate.enter("10.0.0.1")
    await asyncio.wait_for(gate.enter("10.0.0.2"), 1)
    gate.clear()


async def test_a_sweep_of_silent_neighbours_is_held_back(monkeypatch):
    monkeypatch.setattr(resolving, "ARP_SECONDS", 0.05)
    gate = Resolving(4)
    most = 0

    async def one(number):
        nonlocal most
        await gate.enter(f"10.0.0.{number}")
        most = max(most, len(gate))

    await asyncio.gather(*(one(number) for number in range(16)))
    assert most == 4
    gate.clear()


async def test_few_hosts_are_met_in_the_time_that_the_kernel_keeps_them(monkeypatch):
    monkeypatch.setattr(resolving, "KEPT_SECONDS", 0.05)
    gate = Resolving(100, met=2)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for number in range(6):
        await gate.meet(f"10.0.0.{number}")
        gate.settled(f"10.0.0.{number}")
    assert 0.1 <= loop.time() - begin < 1
    gate.clear()


async def test_a_host_that_was_met_takes_no_second_place():
    gate = Resolving(100, met=2)
    for _ in range(5):
        assert gate.try_meet("10.0.0.1")
        gate.settled("10.0.0.1")
        await gate.meet("10.0.0.1")
    assert gate.try_meet("10.0.0.2")
    assert not gate.try_meet("10.0.0.3")
    gate.clear()
    assert gate.try_meet("10.0.0.3")
    gate.clear()


async def test_a_sweep_that_meets_nobody_is_not_held_up_by_meetings():
    gate = Resolving(100, met=1)
    await gate.meet("10.0.0.1")
    await asyncio.wait_for(gate.enter("10.0.0.2"), 1)
    gate.clear()


@pytest.mark.parametrize(("size", "most"), [(None, 768), (1024, 768), (4096, 3072), (1, 1)])
def test_three_quarters_of_the_table_may_be_met(size, most):
    assert resolving.most_met(size) == most


async def test_a_host_that_is_expected_waits_for_room_before_its_time_begins():
    gate = Resolving(1, met=1)
    await gate.expect("10.0.0.1")
    await gate.expect("10.0.0.1")
    second = asyncio.create_task(gate.expect("10.0.0.2"))
    await asyncio.sleep(0.01)
    assert not second.done()
    assert len(gate) == 0, "nothing is looked for yet"
    gate.clear()
    await asyncio.wait_for(second, 1)
    gate.clear()


async def test_the_systems_own_question_is_told_once_for_each_host_that_it_meets():
    asked = []
    resolving = Resolving(8, 8, asks=lambda: asked.append(True))
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1"):
        before = len(asked)
        await resolving.expect(address)
        assert len(asked) == before, "nothing leaves yet"
        assert resolving.try_meet(address)
    await resolving.meet("10.0.0.2")
    await resolving.enter("10.0.0.3")  # swept, and booked by the sweep itself
    assert len(asked) == 2
    resolving.clear()

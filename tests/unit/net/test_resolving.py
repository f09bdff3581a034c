import asyncio

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

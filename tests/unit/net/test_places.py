"""Places are taken at once where one is free, in the order of the line where none is."""

import asyncio

import pytest

from auditor.net.limits import Places


async def test_a_free_place_is_taken_without_waiting():
    places = Places(2)
    assert [places.try_take() for _ in range(3)] == [True, True, False]
    places.give()
    assert places.try_take()


async def test_nobody_takes_a_place_past_those_who_wait():
    places = Places(1)
    assert places.try_take()
    waiting = asyncio.create_task(places.take())
    await asyncio.sleep(0)
    places.give()
    assert not places.try_take()
    await asyncio.wait_for(waiting, 1)


@pytest.mark.parametrize("turn_had_come", [False, True])
async def test_a_place_waited_for_in_vain_is_not_lost(turn_had_come):
    places = Places(1)
    assert places.try_take()
    waiting = asyncio.create_task(places.take())
    await asyncio.sleep(0)
    if turn_had_come:
        places.give()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    if not turn_had_come:
        places.give()
    assert places.try_take()
    assert not places.try_take()


async def test_it_lends_a_place_to_a_block():
    places = Places(1)
    async with places:
        assert not places.try_take()
    assert places.try_take()

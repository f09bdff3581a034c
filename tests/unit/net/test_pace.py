"""Knocks take turns: two that may open at a time, and more only while earlier ones open nothing."""

import asyncio
from contextlib import suppress

from auditor.net.pace import Pace


async def most_at_a_time(pace: Pace, knocks: int, seconds: float) -> int:
    now = most = 0

    async def knock() -> None:
        nonlocal now, most
        async with pace.turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(seconds)
            now -= 1

    await asyncio.gather(*(knock() for _ in range(knocks)))
    return most


async def test_ports_that_answer_at_once_are_opened_two_at_a_time():
    assert await most_at_a_time(Pace(patience=5), 9, 0.001) == 2


async def test_knocks_that_open_nothing_let_others_begin_up_to_four():
    assert await most_at_a_time(Pace(patience=0.005), 9, 0.06) == 4


async def test_a_turn_is_given_back_once_however_it_ends():
    pace = Pace(patience=0.001)
    for _ in range(5):
        with suppress(TimeoutError):
            async with asyncio.timeout(0.005), pace.turn():
                await asyncio.sleep(1)
    assert await most_at_a_time(Pace(patience=5), 4, 0.001) == 2
    assert await most_at_a_time(pace, 8, 0.0) <= 2

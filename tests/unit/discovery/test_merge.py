import asyncio
from contextlib import aclosing

import pytest

from auditor.discovery._merge import merged, pooled


async def count(upto, *, pause=0.0, ended=None):
    try:
        for n in range(upto):
            yield n
            await asyncio.sleep(pause)
    finally:
        if ended is not None:
            ended.append(upto)


async def test_every_item_of_every_stream_comes_out():
    got = [item async for item in merged(count(3), count(2), count(0))]
    assert sorted(got) == [0, 0, 1, 1, 2]


async def test_nothing_to_merge_is_an_empty_stream():
    assert [item async for item in merged()] == []


async def test_an_error_in_one_stream_is_raised_and_stops_the_others():
    ended = []

    async def broken():
        await asyncio.sleep(0.01)
        raise KeyError("bug")
        yield 0

    with pytest.raises(KeyError):
        async for _ in merged(broken(), count(1000, pause=0.1, ended=ended)):
            pass
    assert ended == [1000]


async def test_leaving_early_closes_the_streams():
    ended = []
    async with aclosing(
        merged(count(10, pause=5, ended=ended), count(9, pause=5, ended=ended))
    ) as s:
        await anext(s)
    assert sorted(ended) == [9, 10]


async def test_a_pool_never_runs_more_than_its_bound_and_reads_its_items_lazily():
    running = most = 0

    async def work(n):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return n if n % 2 else None

    got = [item async for item in pooled(iter(range(50)), work, most=7)]
    assert sorted(got) == list(range(1, 50, 2))
    assert most == 7

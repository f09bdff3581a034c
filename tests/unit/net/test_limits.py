import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.net.limits import POLITE, Limits, TokenBucket


@given(
    rate=st.integers(min_value=2, max_value=3000),
    pauses=st.lists(st.floats(min_value=0, max_value=0.7), max_size=400),
)
def test_no_second_holds_more_packets_than_the_rate(rate, pauses):
    bucket = TokenBucket(rate)
    now, left = 0.0, []
    for pause in pauses:
        now += pause
        left.append(now + bucket.reserve(now))
    # all at once, on top
    left.extend(now + bucket.reserve(now) for _ in range(min(2 * rate, 500)))
    start = 0
    for at, moment in enumerate(left):
        while left[start] <= moment - 1:
            start += 1
        assert at - start + 1 <= rate


def test_a_pause_lets_only_a_short_burst_through():
    bucket = TokenBucket(1000)
    waits = [bucket.reserve(100.0) for _ in range(1000)]
    assert waits[0] == 0
    assert sum(wait == 0 for wait in waits) <= 20
    assert waits[-1] > 0.9


def test_first_come_is_first_served():
    bucket = TokenBucket(50)
    waits = [bucket.reserve(0.0) for _ in range(10)]
    assert waits == sorted(waits)
    assert len(set(waits)) == 10


def test_polite_is_slower_in_every_way():
    assert (POLITE.rate, POLITE.spacing, POLITE.connections_per_host) == (50, 0.3, 2)


def test_defaults_are_those_of_the_law():
    limits = Limits()
    assert (limits.requests_per_host, limits.connections_per_host, limits.rate) == (15, 4, 2000)


@pytest.mark.parametrize("polite", [True, False])
def test_the_operators_numbers_override_the_preset(polite):
    limits = Limits.of(polite=polite, rate=10, timeout=1.0)
    assert (limits.rate, limits.reply_timeout, limits.connect_timeout) == (10, 1.0, 1.0)
    assert (limits.spacing > 0) is polite


async def test_taking_waits_for_its_turn():
    bucket = TokenBucket(100)
    loop = asyncio.get_running_loop()
    start = loop.time()
    await asyncio.gather(*(bucket.take() for _ in range(12)))
    assert loop.time() - start >= 0.09


async def test_discovery_goes_three_times_as_often_as_knocks_and_starves_none():
    bucket = TokenBucket(1000)
    order = []

    async def packet(*, discovery):
        await bucket.take(discovery=discovery)
        order.append(discovery)

    usual = [packet(discovery=False) for _ in range(40)]
    await asyncio.gather(*usual, *(packet(discovery=True) for _ in range(40)))
    waited = order[20:60]  # past the burst, while both lines wait
    assert sum(order[20:50]) >= 20
    assert not all(waited)


async def test_both_lines_together_keep_the_rate():
    bucket = TokenBucket(200)
    loop = asyncio.get_running_loop()
    start = loop.time()
    await asyncio.gather(*(bucket.take(discovery=at % 2 == 0) for at in range(40)))
    assert loop.time() - start >= 35 / 200


async def test_a_cancelled_packet_keeps_no_other_waiting():
    bucket = TokenBucket(50)
    tasks = [asyncio.create_task(bucket.take()) for _ in range(6)]
    await asyncio.sleep(0)
    for task in tasks[1:5]:
        task.cancel()
    async with asyncio.timeout(0.5):
        await tasks[5]


async def test_a_packet_of_the_systems_own_takes_the_place_of_one_of_ours():
    bucket, alone = TokenBucket(100), TokenBucket(100)
    loop = asyncio.get_running_loop()
    for _ in range(5):
        bucket.debit()
    begin = loop.time()
    await bucket.take()
    assert loop.time() - begin >= 0.03
    begin = loop.time()
    await alone.take()
    assert loop.time() - begin < 0.03

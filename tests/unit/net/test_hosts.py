import asyncio

import pytest

from auditor.model.errors import Denied
from auditor.net.hosts import Hosts
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits

HOST = "10.0.0.7"


def make(**limits):
    return Hosts(Limits(**limits), Ledger())


async def test_the_budget_ends_with_a_clear_word():
    hosts = make(requests_per_host=2)
    async with hosts.working_on(HOST):
        await hosts.request(HOST)
        await hosts.request(HOST)
        with pytest.raises(Denied, match="budget of 2 requests"):
            await hosts.request(HOST)


async def test_the_budget_holds_over_connections():
    hosts = make(requests_per_host=1)
    async with hosts.connection(HOST):
        await hosts.request(HOST)
    async with hosts.connection(HOST):
        with pytest.raises(Denied):
            await hosts.request(HOST)


async def test_a_host_that_gave_nothing_leaves_no_trace():
    hosts = make()
    for number in range(50):
        async with hosts.connection(f"10.0.0.{number}"):
            assert len(hosts) == 1
    assert len(hosts) == 0


async def test_a_released_host_is_forgotten():
    hosts = make()
    async with hosts.working_on(HOST):
        await hosts.request(HOST)
    assert len(hosts) == 1
    hosts.release(HOST)
    assert len(hosts) == 0


async def test_a_host_released_in_flight_is_forgotten_when_the_work_ends():
    hosts = make()
    async with hosts.working_on(HOST):
        await hosts.request(HOST)
        hosts.release(HOST)
        assert len(hosts) == 1
    assert len(hosts) == 0


async def test_requests_are_spaced():
    hosts = make(spacing=0.05)
    loop = asyncio.get_running_loop()
    async with hosts.working_on(HOST):
        start = loop.time()
        await asyncio.gather(*(hosts.request(HOST) for _ in range(4)))
        assert loop.time() - start >= 0.145


async def test_two_timeouts_halve_the_connections_and_space_the_requests():
    hosts = make(slow_spacing=0.1)
    loop = asyncio.get_running_loop()
    async with hosts.working_on(HOST):
        hosts.opened(HOST, 80)
        await hosts.request(HOST)
        hosts.timed_out(HOST, 80)
        hosts.timed_out(HOST, 80)
        start = loop.time()
        await hosts.request(HOST)
        assert loop.time() - start >= 0.09
        assert await most_at_once(hosts) == 2


async def test_timeouts_of_a_port_that_never_opened_are_no_sign_of_load():
    hosts = make()
    async with hosts.working_on(HOST):
        for _ in range(6):
            hosts.timed_out(HOST, 81)
        assert await most_at_once(hosts) == 4


async def test_the_third_reset_in_a_row_denies_the_host():
    hosts = make(slow_spacing=0)
    async with hosts.working_on(HOST):
        hosts.was_reset(HOST)
        hosts.was_reset(HOST)
        await hosts.request(HOST)
        hosts.was_reset(HOST)
        with pytest.raises(Denied, match="dropped 3 connections"):
            await hosts.request(HOST)
        with pytest.raises(Denied, match="left alone"):
            async with hosts.connection(HOST):
                pass


async def test_a_reply_between_resets_starts_the_count_anew():
    hosts = make(slow_spacing=0)
    async with hosts.working_on(HOST):
        for _ in range(4):
            hosts.was_reset(HOST)
            hosts.was_reset(HOST)
            hosts.replied(HOST)
        await hosts.request(HOST)


async def most_at_once(hosts):
    now = most = 0

    async def one():
        nonlocal now, most
        async with hosts.connection(HOST):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    return most


async def test_connections_to_one_host_are_capped():
    assert await most_at_once(make()) == 4


async def test_connections_of_all_hosts_are_capped():
    hosts = make(connections_total=5)
    ledger = hosts._ledger

    async def one(number):
        async with hosts.connection(f"10.0.0.{number}"):
            await asyncio.sleep(0.001)

    await asyncio.gather(*(one(number) for number in range(40)))
    assert ledger.most_open == 5


async def test_a_cancelled_waiter_passes_its_turn_on():
    hosts = make(connections_per_host=1)
    gate = asyncio.Event()
    reached = []

    async def hold():
        async with hosts.connection(HOST):
            await gate.wait()

    async def want(name):
        async with hosts.connection(HOST):
            reached.append(name)

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0)
    waiters = [asyncio.create_task(want(name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    waiters[0].cancel()
    gate.set()
    await holder
    waiters[1].cancel()  # its turn has been given, but it has not run yet
    await asyncio.gather(*waiters, return_exceptions=True)
    assert reached[-1] == "c"
    assert len(hosts) == 0


async def test_a_host_that_never_answered_gets_a_quarter_of_the_patience_after_a_timeout():
    hosts = make()
    async with hosts.working_on(HOST):
        hosts.opened(HOST, 80)
        assert hosts.patience(HOST, 3.0) == 3.0
        hosts.timed_out(HOST, 80)
        assert hosts.patience(HOST, 3.0) == 0.75


async def test_a_host_that_answered_keeps_its_patience():
    hosts = make()
    async with hosts.working_on(HOST):
        hosts.opened(HOST, 80)
        hosts.replied(HOST)
        hosts.timed_out(HOST, 80)
        assert hosts.patience(HOST, 3.0) == 3.0

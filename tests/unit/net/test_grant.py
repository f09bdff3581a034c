"""A host may be granted questions beyond its budget; no other host gains by it."""

import pytest

from auditor.model.errors import Denied
from auditor.net.hosts import Hosts
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits


async def spend(hosts: Hosts, address: str, times: int) -> None:
    for _ in range(times):
        await hosts.request(address)


async def test_a_grant_adds_to_the_budget_of_one_host_alone():
    hosts = Hosts(Limits(requests_per_host=2), Ledger())
    async with hosts.working_on("a"), hosts.working_on("b"):
        hosts.grant("a", 3)
        await spend(hosts, "a", 5)
        with pytest.raises(Denied, match="budget of 5"):
            await hosts.request("a")
        await spend(hosts, "b", 2)
        with pytest.raises(Denied, match="budget of 2"):
            await hosts.request("b")


def test_a_grant_to_a_host_that_is_not_known_is_nothing():
    hosts = Hosts(Limits(), Ledger())
    hosts.grant("a", 3)
    assert len(hosts) == 0

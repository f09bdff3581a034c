import asyncio
from ipaddress import ip_interface

import pytest

from auditor.app.events import MethodEnded, Warned
from auditor.app.scanning.link import Links, lacking, link
from auditor.model.scope import Scope
from auditor.net.api import Interface

SCOPE = Scope.of(["10.0.0.0/24"])


def face(name="eth0", *addresses, up=False, enabled=True, loopback=False):
    return Interface(
        name=name,
        index=1,
        mac="02:00:5e:00:00:01",
        addresses=tuple(ip_interface(text) for text in addresses or ("10.0.0.9/24",)),
        up=up,
        multicast=True,
        loopback=loopback,
        enabled=enabled,
    )


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ([face()], ["eth0"]),
        ([face(up=True)], []),
        ([face(enabled=False)], []),  # switched off: nobody's way
        ([face(loopback=True)], []),
        ([face("eth0", "192.168.7.1/24")], []),  # not of the scope
        ([face(), face("wlan0", "10.0.0.10/24", up=True)], []),  # the other way carries
        ([face(), face("wlan0", "10.1.0.10/24", up=True)], ["eth0"]),
        ([face("eth0", "10.0.0.9/24", "172.16.0.1/16"), face("eth1", "10.0.0.8/24", up=True)], []),
    ],
)
def test_a_link_is_lacking_where_the_scope_needs_it(found, names):
    assert [one.name for one in lacking(found, SCOPE)] == names


def test_only_the_named_interface_counts():
    found = [face(), face("wlan0", "10.0.0.10/24", up=True)]
    assert [one.name for one in lacking(found, SCOPE, only="eth0")] == ["eth0"]
    assert lacking(found, SCOPE, only="wlan0") == ()


async def test_a_link_that_comes_is_waited_for_and_no_longer_than_that():
    looks, told = iter([[face()], [face()], [face(up=True)]]), []
    links = await link(SCOPE, told.append, asyncio.Event(), look=lambda: next(looks))
    assert links == Links((), cut_off=False)
    assert [type(one) for one in told] == [Warned]
    assert "eth0" in told[0].text


async def test_a_link_that_does_not_come_is_a_failed_method():
    told = []
    links = await link(SCOPE, told.append, asyncio.Event(), look=lambda: [face()], seconds=0.2)
    (state,) = links.states
    assert (state.method, state.state, state.interface) == ("link", "failed", "eth0")
    assert told[-1] == MethodEnded(state=state)
    assert links.cut_off


async def test_what_lies_elsewhere_is_asked_all_the_same():
    wide, stop = Scope.of(["10.0.0.0/24", "10.7.0.1"]), asyncio.Event()
    links = await link(wide, lambda _: None, stop, look=lambda: [face()], seconds=0.1)
    assert len(links.states) == 1
    assert not links.cut_off


async def test_nobody_waits_where_all_links_carry():
    told = []
    links = await link(SCOPE, told.append, asyncio.Event(), look=lambda: [face(up=True)])
    assert links == Links((), cut_off=False)
    assert told == []


async def test_a_scan_that_is_to_end_does_not_wait():
    stop = asyncio.Event()
    stop.set()
    async with asyncio.timeout(1):
        links = await link(SCOPE, lambda _: None, stop, look=lambda: [face()])
    assert len(links.states) == 1

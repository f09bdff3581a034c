"""The methods over real sockets, on addresses of the loopback that belong to these tests."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from auditor.discovery import sadp, wsdiscovery
from auditor.discovery._ask import Asking
from auditor.discovery.tcp import Tcp
from auditor.model.scope import Scope
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet
from tests.unit.discovery.fakes import facts, run, sightings, states, wish
from tests.unit.discovery.messages import sadp_reply, wsd_match

pytestmark = pytest.mark.enable_socket
CAMERA = "127.77.3.9"


def live(*targets) -> LiveNet:
    return LiveNet(Scope.of(targets), limits=Limits(), ledger=Ledger())


class Device(asyncio.DatagramProtocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport) -> None:
        self._transport = transport

    def datagram_received(self, _data, addr) -> None:
        self._transport.sendto(self._answer, addr)


@asynccontextmanager
async def device(answer: bytes):
    """A UDP device on a port of the system's choice."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Device(answer), local_addr=(CAMERA, 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("method", "answer", "signal"),
    [
        (wsdiscovery.METHOD, wsd_match(), "wsd.scopes"),
        (sadp.METHOD, sadp_reply(), "sadp"),
    ],
    ids=["wsdiscovery", "sadp"],
)
async def test_a_device_on_the_loopback_answers_a_question_of_its_own(method, answer, signal):
    async with device(answer) as port:
        quick = Asking(replace(method.question, port=port, bind_port=0, again=0.02, linger=0.1))
        seen = await run(quick, live("127.77.3.8/30"))
    (sighting,) = sightings(seen)
    assert sighting.address == CAMERA
    assert signal in facts(sighting)
    assert [(one.state, one.found) for one in states(seen)] == [("ok", 1)]


async def test_a_connect_sweep_of_the_loopback_finds_the_one_that_listens():
    server = await asyncio.start_server(lambda _, writer: writer.close(), CAMERA, 0)
    port = server.sockets[0].getsockname()[1]
    try:
        seen = await run(Tcp(), live("127.77.3.8/29"), wish(ports=(port,)))
    finally:
        server.close()
        await server.wait_closed()
    (sighting,) = sightings(seen)
    assert (sighting.address, facts(sighting)) == (CAMERA, {"port.open": f"tcp/{port}"})

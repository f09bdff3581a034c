"""ONVIF alone against simulated devices: everything is read, over few connections."""

import asyncio

import pytest

from auditor.lab import guarded
from auditor.lab.fleet import Device
from auditor.lab.loopback import Loopback
from auditor.model.facts import Observation
from auditor.model.scope import Scope
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet
from auditor.probes._api import Target
from auditor.probes.login._api import LoginRefused, Secret
from auditor.probes.login._session import HttpSession, State, Visit
from auditor.probes.login.onvif import LOGIN

PERSONAS = guarded.load()
ONVIF = {
    name
    for name, persona in PERSONAS.items()
    for service in persona.services
    if service.text("proto") == "onvif" and service.table("behind").has("GetProfiles")
}
KEEPING = {"axis-login-new", "dahua-login-new", "uniview-login-new", "onvif-digest", "onvif-token"}


def ask(
    device: Device, password: str = guarded.PASSWORD, ledger: Ledger | None = None
) -> tuple[dict[str, str], Visit]:
    """Everything that ONVIF tells of one device, and how the one attempt ended."""
    address = device.address

    async def run() -> tuple[dict[str, str], Visit]:
        net = LiveNet(Scope.of([address], ()), limits=Limits(), ledger=ledger or Ledger())
        port = next(service.port for service in device.services if service.proto == "onvif")
        clock = device.words["iso_time"]
        known = Observation(
            signal="onvif.clock", value=clock, endpoint=f"tcp/{port}", probe="onvif", at=clock
        )
        target = Target(address=address, port=port, tls=False, seen=(known,), clock=lambda: clock)
        secret = Secret(user=guarded.USER, password=password, entry="e")
        visit = Visit()
        session = HttpSession(net.dialer, target, secret, visit, probe=LOGIN.name)
        facts: dict[str, str] = {}
        try:
            async for fact in LOGIN.ask(target, session):
                facts[fact.signal] = fact.value
        finally:
            await session.close()
            await net.close()
        return facts, visit

    return asyncio.run(run())


@pytest.mark.parametrize("name", sorted(ONVIF))
def test_onvif_alone_reads_everything_of_every_persona_that_speaks_it(name):
    with Loopback([PERSONAS[name]]) as fleet:
        (device,) = fleet.devices
        ledger = Ledger()
        facts, visit = ask(device, ledger=ledger)
        witness = fleet.witness(device)
    assert visit.state is State.ACCEPTED
    assert facts["onvif.model"] == device.words["model"]
    assert facts["onvif.serial"] == device.serial
    assert facts["onvif.mac"] == device.mac
    assert "Profile_1" in facts["onvif.profiles"]
    assert "VideoSource_1" in facts["onvif.video_sources"]
    assert witness.wrong == 0
    assert ledger.most_connections == 1
    assert ledger.most_requests == len(witness.requests)


@pytest.mark.parametrize("name", sorted(KEEPING))
def test_a_device_that_keeps_connections_open_is_asked_over_two(name):
    with Loopback([PERSONAS[name]]) as fleet:
        (device,) = fleet.devices
        ask(device)
        witness = fleet.witness(device)
    assert len(witness.connections) == 2
    assert len(witness.requests) >= 8


def test_a_device_that_closes_after_each_answer_is_asked_over_one_connection_a_question():
    with Loopback([PERSONAS["axis-login-old"]]) as fleet:
        (device,) = fleet.devices
        ask(device)
        witness = fleet.witness(device)
    assert len(witness.connections) == len(witness.requests)


@pytest.mark.parametrize("name", sorted(KEEPING))
def test_a_wrong_password_is_shown_once_where_connections_are_kept(name):
    with Loopback([PERSONAS[name]]) as fleet:
        (device,) = fleet.devices
        with pytest.raises(LoginRefused):
            ask(device, "Wrong-but-unmistakable-77")
        witness = fleet.witness(device)
    assert len(witness.shown) == witness.wrong == 1

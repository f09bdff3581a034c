"""The login phase of one host: after its interview, before its judgement, one attempt at most."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Final, Protocol, cast

from auditor import registry
from auditor.app.credentials.choose import choose, whom
from auditor.app.credentials.file import Entry
from auditor.app.credentials.memory import Memory
from auditor.app.devices.desk import Card
from auditor.app.devices.merging import Keys
from auditor.model.document import Asset
from auditor.model.errors import AuditError, TimedOut, ToolError
from auditor.model.facts import Attempt, Observation
from auditor.model.scope import spans_of
from auditor.model.words import Ending, Role
from auditor.net.api import Dialer
from auditor.probes import _run
from auditor.probes._api import Clock, Target
from auditor.probes.login._api import Login
from auditor.probes.login._scrub import Scrub
from auditor.probes.login._session import REQUESTS, HttpSession, State, Visit

SECONDS: Final = 25.0
"""Most seconds for all that is asked of one device with its password."""

_NO_VIDEO: Final = frozenset({"outside", "unidentified"})
"""Headlines of hosts that show no sign of video: only an entry for their very address is used."""
_NAMED: Final = frozenset({"named-by-the-operator"})
"""Stands for a maker where none is known and the operator says that there is a device to log in."""
_DONE: Final = ("login", "tcp", 0)
_ROOM: Final = "auditor.probes.login"


class Way(Protocol):
    """As much of the live network as a login needs."""

    dialer: Dialer

    def grant(self, address: str, requests: int) -> None:
        """Let a host be asked so many questions more."""


@dataclass(slots=True)
class Tally:
    """How the logins of a scan ended: addresses by ending."""

    by_ending: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def notes(self) -> tuple[str, ...]:
        """One line for the coverage; none if nobody was asked."""
        told = [
            f"{len(addresses)} {ending} ({', '.join(spans_of(addresses))})"
            if ending != _ACCEPTED
            else f"{len(addresses)} {ending}"
            for ending, addresses in sorted(self.by_ending.items())
        ]
        return (f"logins: {'; '.join(told)}",) if told else ("logins: no device was asked",)


_ACCEPTED: Final = "accepted"
_REFUSED: Final = "refused"
_BEFORE: Final = "not tried, because the device refused the entry before"
_TWIN: Final = "not tried, because the device was asked at another address"
_UNCLEAR: Final = "without a clear answer"
_NOT_SHOWN: Final = "not shown a password, because nothing asked for one that may be used"


def check_files() -> None:
    """See that the WSDL files are there, without bringing zeep in.

    Raises:
        ToolError: onvif-zeep is installed without them.
    """
    listed = metadata.files("onvif-zeep") or ()
    if not any(
        one.name == "devicemgmt.wsdl" and Path(str(one.locate())).exists() for one in listed
    ):
        raise ToolError("onvif-zeep is installed without its WSDL files; install it again")


def families() -> tuple[Login, ...]:
    """Every family of questions behind a password, in the order in which they are tried.

    Slow the first time: it brings in zeep and parses the WSDL files.
    """
    from auditor.probes.login import _wsdl  # noqa: PLC0415 - costs a second, and only logins need it

    _wsdl.prepare()
    found = [cast("Login", item) for item in registry.members(_ROOM, "LOGIN").values()]
    return tuple(sorted(found, key=lambda one: (one.rank, one.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the logins of one scan share.

    Attributes:
        entries: of the credentials file.
        memory: refusals of this scan and of earlier ones.
        logins: families, in the order in which they are tried.
        clock: for observations and refusals.
        monotonic: for durations.
        seconds: most for one device.
        claims: keys of the devices that were asked in this scan.
        tally: how they ended.
    """

    entries: tuple[Entry, ...]
    memory: Memory
    logins: tuple[Login, ...]
    clock: Clock
    monotonic: Callable[[], float]
    seconds: float = SECONDS
    claims: list[tuple[str, Keys]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


async def log_in(
    card: Card,
    asset: Asset,
    keys: Keys,
    desk: Desk,
    way: Way,
    look: Callable[[], Awaitable[None]],
) -> str | None:
    """Ask one device what needs a password, with the one entry that is for it.

    Args:
        card: the host, interviewed; facts and attempts are added to it.
        asset: the host as judged so far.
        keys: by which the device is recognised at another address.
        desk: what the logins of this scan share.
        way: the network.
        look: finds the host's web servers, without a password.

    Returns:
        A warning for the operator, or None.
    """
    if _DONE in card.asked:
        return None
    entry = choose(desk.entries, whom(asset))
    if entry is None or (asset.headline in _NO_VIDEO and not entry.addresses):
        return None
    await look()
    places = _places(card, asset, entry, desk.logins)
    if not places or _DONE in card.asked:
        return None  # what comes later may show more; another interview may have been quicker
    card.asked.add(_DONE)
    try:
        host = _Host(card=card, asset=asset, keys=keys, entry=entry)
        ended = await _visit(host, desk, way, places)
    except AuditError as error:  # the history: without a memory no password is shown
        login, port, _ = places[0]
        card.attempts.append(_skipped(login, port, f"no login: {error}"))
        return f"{card.address}: {error}"
    desk.tally.by_ending[ended].append(card.address)
    return None


_Place = tuple[Login, int, bool]


def _places(card: Card, asset: Asset, entry: Entry, logins: Sequence[Login]) -> list[_Place]:
    makers = frozenset(
        one.vendor for one in asset.attributions if one.role in {Role.MAKER, Role.PLATFORM}
    )
    if entry.addresses:
        makers = makers or _NAMED
    found: list[_Place] = []
    for login in logins:
        place = login.endpoint(frozenset(card.open_ports), card.facts, makers)
        if place is not None:
            found.append((login, *place))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Host:
    """One device, and the one entry that is for it."""

    card: Card
    asset: Asset
    keys: Keys
    entry: Entry


async def _visit(host: _Host, desk: Desk, way: Way, places: list[_Place]) -> str:
    """How it ended, in the words of the tally."""
    card, digest = host.card, host.entry.secret.entry
    first, port, _ = places[0]
    ids = _ids(host)
    twin = next((address for address, other in desk.claims if _same(host.keys, other)), None)
    if twin is not None:
        card.attempts.append(_skipped(first, port, f"the same device was asked at {twin}"))
        return _TWIN
    desk.claims.append((card.address, host.keys))
    if await desk.memory.has_refused(ids, digest):
        words = "it refused this entry before: not tried again until the entry changes"
        card.attempts.append(_skipped(first, port, words))
        return _BEFORE
    way.grant(card.contact, REQUESTS)
    visit = Visit()
    for place in places:
        await _ask(host, desk, way, visit, place)
        if visit.state is State.REFUSED:
            why = f"refused {visit.scheme}"
            await desk.memory.refuse(ids, digest, at=desk.clock(), why=why)
            return _REFUSED
        if visit.state is not State.NEW:
            break
    if visit.state in {State.ACCEPTED, State.ENDED}:
        return _ACCEPTED
    return _NOT_SHOWN if visit.state is State.NEW else _UNCLEAR


async def _ask(host: _Host, desk: Desk, way: Way, visit: Visit, place: _Place) -> None:
    """One family's questions."""
    card, secret = host.card, host.entry.secret
    login, port, tls = place
    target = Target(address=card.contact, port=port, tls=tls, seen=card.facts, clock=desk.clock)
    session = HttpSession(way.dialer, target, secret, visit, probe=login.name)
    asking = _Asking(login, session, Scrub(secret), desk.seconds)
    try:
        attempt, facts = await _run.run_probe(asking, target, way.dialer, monotonic=desk.monotonic)
    finally:
        await session.close()
    card.add(facts)
    if attempt.outcome is Ending.OK and visit.scheme is not None:
        attempt = replace(attempt, detail=f"logged in with {visit.scheme}")
    card.attempts.append(attempt)


class _Asking:
    """A family's questions in one session, in the shape of a probe, within a deadline."""

    yields: frozenset[str] = frozenset()
    sends = ""
    cost = REQUESTS
    rank = 0

    def __init__(self, login: Login, session: HttpSession, scrub: Scrub, seconds: float) -> None:
        self.name = login.name
        self._login = login
        self._session = session
        self._scrub = scrub
        self._seconds = seconds

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Nowhere by itself: the login phase says where."""
        del open_ports, seen
        return ()

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """The facts, each without what we sent to prove who we are.

        Raises:
            TimedOut: the device took too long; what came before is kept.
            NetError, Malformed: as the family's questions.
        """
        del dialer
        until = asyncio.get_running_loop().time() + self._seconds
        facts = aiter(self._login.ask(target, self._session))
        while True:
            try:
                async with asyncio.timeout_at(until):
                    fact = await anext(facts)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise TimedOut(f"more than {self._seconds:.0f} s for the login") from None
            clean = self._scrub.text(fact.value)
            yield fact if clean == fact.value else replace(fact, value=clean)


def _skipped(login: Login, port: int, why: str) -> Attempt:
    return Attempt(
        probe=login.name, endpoint=f"tcp/{port}", outcome=Ending.SKIPPED, detail=why[:200]
    )


def _ids(host: _Host) -> tuple[str, ...]:
    """Every id under which a refusal is remembered and looked for.

    The address is among them, because a device may show its MAC on one night and not on the
    next. A device that takes over the address of one that refused is not tried either; that is
    reported, and costs less than a locked camera.
    """
    macs = [f"mac-{mac.replace(':', '')}" for mac in sorted(host.keys.link | host.keys.told)]
    return tuple(dict.fromkeys([host.asset.id, *macs[:8], f"ip-{host.card.address}"]))


def _same(one: Keys, other: Keys) -> bool:
    """Whether two addresses show one device, when in doubt yes: a doubt must not lock a camera."""
    macs, others = one.link | one.told, other.link | other.told
    if one.link and other.link:
        return bool(one.link & other.link)
    return bool(macs & others) or bool(one.endpoints & other.endpoints)

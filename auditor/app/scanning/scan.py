"""``audit scan``: discovery, probes and judging side by side, as one stream.

A host is probed the moment it is sighted and judged the moment its probes end; the database loads
while discovery is already under way.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from auditor import registry
from auditor.app import clock
from auditor.app.credentials.memory import Notes
from auditor.app.devices.conclusion import conclude, judged_alone
from auditor.app.devices.desk import Card, Desk, Stage
from auditor.app.devices.early import Early
from auditor.app.devices.identity import keys_of
from auditor.app.events import Event, Found, JudgedOne, MethodEnded, Planned, Warned
from auditor.app.judging.bench import Terms, bench
from auditor.app.scanning import baselines
from auditor.app.scanning.document import Ran, coverage_notes, written
from auditor.app.scanning.hostwork import HostWork, Tools
from auditor.app.scanning.link import link
from auditor.app.scanning.options import ScanOptions, scope_of
from auditor.app.scanning.plan import expected_seconds
from auditor.app.scanning.reading import reading
from auditor.app.scanning.resume import restore
from auditor.app.version import TOOL
from auditor.attribution.judge import attribute
from auditor.discovery._api import Method, Wish
from auditor.discovery._ground import own_addresses
from auditor.model.document import MethodState, Scan
from auditor.model.errors import UsageError
from auditor.model.facts import Attempt, Sighting
from auditor.model.scope import Scope, address_of
from auditor.model.words import Ending
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet
from auditor.policy.judge import Bench
from auditor.probes._api import Probe
from auditor.probes.ports import FIRST, WAVES

if TYPE_CHECKING:  # they bring the history and zeep with them, which few scans need
    from auditor.app.credentials.login import Desk as LoginDesk
    from auditor.app.credentials.login_desk import Logins

_HOSTS_AT_A_TIME = 96
_HOST_SECONDS = 45.0
_ENGINES = ("auto", "native", "nmap")


@dataclass(slots=True)
class Hall:
    """Everything that one running scan shares.

    Attributes:
        waiting: addresses of hosts that nobody has interviewed yet.
        work: the tasks that do it.
        workers: how many of those tasks will still look into the line.
        idle: set while there is none of them.
        early: what the hosts came to whose interview is over.
    """

    options: ScanOptions
    terms: Terms
    scope: Scope
    net: LiveNet
    ledger: Ledger
    tell: Callable[[Event], None]
    desk: Desk
    engine: str
    stop: asyncio.Event
    bench: "asyncio.Future[Bench]"
    probes: "asyncio.Future[tuple[Probe, ...]]"
    waiting: deque[str] = field(default_factory=deque)
    logins: "asyncio.Future[LoginDesk] | None" = None
    states: list[MethodState] = field(default_factory=list)
    work: set["asyncio.Task[None]"] = field(default_factory=set)
    workers: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    early: Early = field(default_factory=Early)


async def scan(
    options: ScanOptions,
    terms: Terms,
    tell: Callable[[Event], None],
    stop: asyncio.Event | None = None,
    previous: Scan | None = None,
    notes: Notes | None = None,
) -> Scan:
    """Scan, judge, and give the document; whatever happens, the document is valid.

    Args:
        options: where and how.
        terms: policy, date, database.
        tell: receives events as they happen.
        stop: set it to end the scan early; what is known by then is kept and marked incomplete.
        previous: an interrupted scan to take up; its finished hosts are not asked again.
        notes: where refused logins are remembered; None for the history of this user.

    Raises:
        UsageError: the options do not fit; nothing was sent.
        ToolError: refused logins could not be remembered; nothing was sent.
    """
    engine = _engine(options.engine)
    scope = await scope_of(options)
    baseline = baselines.read(options)
    logins = _logins(options, notes)
    started = clock.stamp()
    stopping = stop or asyncio.Event()
    links = await link(scope, tell, stopping, only=options.interface)
    limits = Limits.of(polite=options.polite, rate=options.rate, timeout=options.timeout)
    ledger = Ledger()
    net = LiveNet(
        scope,
        limits=limits,
        ledger=ledger,
        only_interface=options.interface,
        multicast=options.multicast,
    )
    loop = asyncio.get_running_loop()
    hall = Hall(
        options=options,
        terms=terms,
        scope=scope,
        net=net,
        ledger=ledger,
        tell=tell,
        desk=Desk(scope, own=own_addresses(net)),
        engine=engine,
        stop=stopping,
        bench=asyncio.ensure_future(loop.run_in_executor(None, bench, terms)),
        probes=asyncio.ensure_future(loop.run_in_executor(None, probes, options.asked_for)),
        logins=asyncio.ensure_future(loop.run_in_executor(None, logins.desk)) if logins else None,
    )
    if previous is not None:
        restore(hall.desk, previous)
    try:
        if terms != Terms(fail_on=terms.fail_on):
            await hall.bench  # the operator's own files and names are refused before a packet
        methods = () if links.cut_off else _methods(engine)
        _announce(hall, methods, limits)
        swept = await _run(hall, methods) and not links.cut_off
        judge_with = await hall.bench
    finally:
        await net.close()
        if logins is not None and hall.logins is not None:
            await asyncio.wait([hall.logins])
            logins.close()
    gone = hall.desk.forget_remembered()
    found = conclude(hall.desk, judge_with, early=hall.early)
    ran = Ran(
        id=previous.scan.id if previous else uuid.uuid4().hex,
        started=previous.scan.started if previous else started,
        finished=clock.stamp(),
        tool=TOOL,
        engine=engine,
        site=options.site,
        interrupted=hall.stop.is_set(),
        swept=swept,
        states=tuple(
            sorted(
                (*links.states, *hall.states),
                key=lambda state: (state.method, state.interface or ""),
            )
        ),
        sent=ledger.sent(),
        notes=(*coverage_notes(hall.desk, gone), *_logins_told(hall)),
        baseline=baseline,
    )
    return written(ran, hall.desk, found, judge_with)


def _logins(options: ScanOptions, notes: Notes | None) -> "Logins | None":
    if options.credentials is None:
        return None
    from auditor.app.credentials.login_desk import Logins  # noqa: PLC0415 - see above

    return Logins(options.credentials, notes)


def _engine(word: str) -> str:
    if word not in _ENGINES:
        raise UsageError(f"--engine {word!r} is none of {', '.join(_ENGINES)}")
    return "native" if word == "auto" else word


def _methods(engine: str) -> tuple[Method, ...]:
    found = registry.members("auditor.discovery", "METHOD").values()
    return tuple(m for m in (cast("Method", item) for item in found) if engine in m.engines)


def probes(asked_for: frozenset[str] = frozenset()) -> tuple[Probe, ...]:
    """Every probe that is on by default, and those that an option given turns on."""
    found = registry.members("auditor.probes", "PROBE").values()
    return tuple(
        cast("Probe", item)
        for item in found
        if (option := getattr(item, "option", None)) is None or option in asked_for
    )


def _announce(hall: Hall, methods: tuple[Method, ...], limits: Limits) -> None:
    interfaces = hall.net.interfaces()
    hall.tell(
        Planned(
            addresses=hall.scope.size,
            targets=hall.scope.targets,
            interfaces=tuple(item.name for item in interfaces),
            methods=tuple(method.name for method in methods),
            rate=round(limits.rate),
            seconds=expected_seconds(hall.scope.size, round(limits.rate)),
        )
    )
    if not interfaces:
        hall.tell(
            Warned(
                text="no interface of this machine is attached to the range: only routed"
                " questions are possible, hardware addresses cannot be seen"
            )
        )


async def _run(hall: Hall, methods: tuple[Method, ...]) -> bool:
    """Discovery and host work until both are through or stop is set. True when all were asked."""
    hall.idle.set()
    wish = Wish(
        polite=hall.options.polite,
        ports=hall.options.ports or _first_ports(hall.scope),
        clock=clock.stamp,
        engine=hall.engine,
        rare=hall.options.rare,
        idle=hall.idle,
        rate=round(Limits.of(polite=hall.options.polite, rate=hall.options.rate).rate),
    )
    pumps = [asyncio.create_task(_pump(hall, method, wish)) for method in methods]
    stopped = asyncio.create_task(hall.stop.wait())
    swept = True
    try:
        swept = await _drain(set(pumps), stopped)
        while hall.work and swept:
            swept = await _drain(set(hall.work), stopped)
    finally:
        stopped.cancel()
        late = [task for task in (*pumps, *hall.work) if not task.done()]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, stopped, return_exceptions=True)
    return swept


def _first_ports(scope: Scope) -> tuple[int, ...]:
    """Ports that may show that a host is there; on the loopback all, for nothing else shows it."""
    if any(address_of(span.version, span.first).is_loopback for span in scope.spans):
        return tuple(port for wave in WAVES for port in wave)
    return FIRST


async def _drain(tasks: "set[asyncio.Task[None]]", stopped: "asyncio.Task[bool]") -> bool:
    """Wait for tasks; False as soon as stop is set. One wait for all: there may be thousands."""
    together = asyncio.create_task(_all(tasks))
    done, _ = await asyncio.wait({together, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stopped in done:
        together.cancel()
        await asyncio.gather(together, return_exceptions=True)
        return False
    together.result()
    return True


async def _all(tasks: "set[asyncio.Task[None]]") -> None:
    await asyncio.gather(*tasks)


async def _pump(hall: Hall, method: Method, wish: Wish) -> None:
    """One discovery method into the desk. A bug in it is a failed method, not a dead scan."""
    try:
        async for seen in method.run(hall.net, wish):
            if isinstance(seen, MethodState):
                hall.states.append(seen)
                hall.tell(MethodEnded(state=seen))
            else:
                _sighted(hall, seen)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
        state = MethodState(
            method=method.name, state="failed", why=f"bug: {type(error).__name__}: {error}"[:200]
        )
        hall.states.append(state)
        hall.tell(MethodEnded(state=state))


def _sighted(hall: Hall, sighting: Sighting) -> None:
    card, first, new = hall.desk.note(sighting)
    if card is None:
        return
    if first:
        hall.tell(Found(address=card.address, method=sighting.method))
        _start(hall, card)
    elif new:
        card.stale = True
        if card.stage in {Stage.DONE, Stage.OUT_OF_TIME}:
            _start(hall, card)


def _start(hall: Hall, card: Card) -> None:
    """Put a host in the line. What waits there is an address: the sweep may be far ahead."""
    hall.early.drop(card.address)
    card.stage = Stage.WAITING
    hall.waiting.append(card.address)
    if hall.workers < _HOSTS_AT_A_TIME:
        hall.workers += 1
        hall.idle.clear()
        task = asyncio.create_task(_work(hall))
        hall.work.add(task)
        task.add_done_callback(hall.work.discard)


async def _work(hall: Hall) -> None:
    """Interview one host after the other, until nobody waits."""
    try:
        judge_with = await asyncio.shield(hall.bench)
        tools = _tools(hall, judge_with, await asyncio.shield(hall.probes))
        while hall.waiting:
            with hall.desk.cards.held(hall.waiting.popleft()) as card:
                hall.early.drop(card.address)
                await _interview(hall, card, tools, judge_with)
                asset = judged_alone(card, hall.desk, judge_with)
                if card.stage is Stage.DONE:
                    hall.early.keep(card, asset, hall.desk.shared_macs())
                hall.tell(JudgedOne(asset=asset))
    finally:
        hall.workers -= 1
        if not hall.workers:
            hall.idle.set()


def _tools(hall: Hall, judge_with: Bench, asked: tuple[Probe, ...]) -> Tools:
    return Tools(
        net=hall.net,
        probes=asked,
        clock=clock.stamp,
        monotonic=clock.monotonic,
        weigh=lambda facts: attribute(facts, judge_with.catalog),
        reading=judge_with.catalog.memory.recall("reading", reading, judge_with.catalog),
        waves=(hall.options.ports,) if hall.options.ports else WAVES,
        chosen=bool(hall.options.ports),
        shared=hall.desk.shared_macs,
        thorough=hall.options.thorough,
    )


async def _interview(hall: Hall, card: Card, tools: Tools, judge_with: Bench) -> None:
    """All that is asked of one host. A bug in it costs this host, and is told."""
    card.stage = Stage.PROBING
    card.stale = False
    seconds = _HOST_SECONDS * (4 if hall.options.polite else 1)
    try:
        await hall.net.expect(card.contact)  # not out of the host's own time
        async with asyncio.timeout(seconds):
            await HostWork(card, tools).run()
            while card.stale:  # facts came in meanwhile, and may be worth another question
                card.stale = False
                await HostWork(card, tools).run()
    except TimeoutError:
        card.stage = Stage.OUT_OF_TIME
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, the other hosts go on
        told = f"{type(error).__name__}: {error}"[:200]
        card.attempts.append(
            Attempt(probe="interview", endpoint="host", outcome=Ending.BUG, detail=told)
        )
    finally:
        hall.net.hang_up(card.contact)
    card.stage = Stage.DONE
    await _log_in(hall, card, tools, judge_with)


async def _log_in(hall: Hall, card: Card, tools: Tools, judge_with: Bench) -> None:
    """What the owner's password opens, if there is one for this host."""
    if hall.logins is None:
        return
    from auditor.app.credentials.login import log_in  # noqa: PLC0415 - see above

    desk = await asyncio.shield(hall.logins)
    asset = judged_alone(card, hall.desk, judge_with)
    keys = keys_of(card, hall.desk.shared_macs())
    look = HostWork(card, tools).find_web
    warning = await log_in(card, asset, keys, desk, hall.net, look)
    if warning is not None:
        hall.tell(Warned(text=warning))


def _logins_told(hall: Hall) -> tuple[str, ...]:
    return hall.logins.result().tally.notes() if hall.logins is not None else ()

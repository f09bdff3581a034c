"""The work on one host: knock at its ports in waves, ask, and stop when nothing more matters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from auditor.app.devices.desk import Card
from auditor.app.devices.identity import tells_mac
from auditor.app.scanning.plan import (
    FAMILIES,
    NAMING,
    PAGES,
    VIRTUAL_HOSTS,
    naming,
    next_of,
    ordered,
    settled,
    shows_virtual_hosts,
)
from auditor.app.scanning.reading import Reading
from auditor.app.scanning.worth import EVERYTHING, FINDINGS, Wanted, Worth, wanted
from auditor.model.errors import NetError
from auditor.model.facts import Attempt, Observation
from auditor.model.judgement import Judged
from auditor.model.words import Ending
from auditor.net.api import Net
from auditor.probes import _run
from auditor.probes._api import Clock, Probe, Target
from auditor.probes.ports import KEPT, RTSP, WAVES, named

_ROUNDS = 4  # what was passed over may become worth asking; each question comes once all the same
_SECOND_KNOCKS = 8  # so few ports that say nothing get a second knock on a host that lives


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the work on a host needs.

    Attributes:
        weigh: attribution of the facts so far; pure.
        reading: what the database could read out of further answers; None where that is not known.
        waves: ports in the order of their worth.
        chosen: the operator named the ports, and has each of them knocked at.
        thorough: go on although nothing could change.
        knock_wait: seconds to wait for a port; enough for one repeat of a lost packet.
        shared: MACs that stand at several addresses now, and so name no device.
    """

    net: Net
    probes: tuple[Probe, ...]
    clock: Clock
    monotonic: Callable[[], float]
    weigh: Callable[[tuple[Observation, ...]], Judged]
    reading: Reading | None = None
    waves: tuple[tuple[int, ...], ...] = WAVES
    chosen: bool = False
    thorough: bool = False
    knock_wait: float = 1.3
    shared: Callable[[], frozenset[str]] = frozenset


class HostWork:
    """One host's interview."""

    def __init__(self, card: Card, tools: Tools) -> None:
        self._card = card
        self._tools = tools
        self._asked_with: tuple[int, int, int | None] | None = None
        self._spent = False
        self._unheard: list[int] = []
        self._wanted_at: tuple[int, Wanted] | None = None
        self._has_passed_over = False

    async def run(self) -> None:
        """Knock and ask until settled, or until nothing is left that could change the answer.

        What was passed over may be worth asking after all, where a later answer speaks against an
        earlier one: so it does not matter which of them came first.
        """
        for _ in range(_ROUNDS):
            await self._walk()
            if self._card.remembered:
                return  # an old entry of the neighbour table, and nobody there
            await self._ask_who()
            if not self._is_anything_left():
                break
        await self._look_behind()

    async def _walk(self) -> None:
        """Through the waves of ports, asking after each what is worth asking by then."""
        for place, wave in enumerate((named(self._card.facts), *self._tools.waves)):
            if self._settled():
                return
            # What a device names itself, and the first of all ports, are knocked at in any case.
            worth = wave if place <= 1 else self._worth(wave)
            if not worth:
                continue
            await self._knock(worth)
            await self._ask_all(self._below())
            if self._card.remembered:
                return
        if not self._spent and not self._settled():
            await self._ask_all()

    def _worth(self, ports: Sequence[int]) -> tuple[int, ...]:
        """The ports of a wave that could tell anything that matters."""
        if self._tools.thorough or self._tools.chosen:
            return tuple(ports)
        worth = Worth(
            want=self._wanted(),
            judged=self._judged(),
            facts=self._card.facts,
            reading=self._tools.reading,
        )
        found = tuple(port for port in ports if worth.of(port))
        self._has_passed_over = self._has_passed_over or len(found) < len(ports)
        return found

    def _is_anything_left(self) -> bool:
        """Whether a port or a question that was passed over has come to be worth it."""
        if not self._has_passed_over or self._spent or self._settled():
            return False
        knocked, want = self._card.knocked, self._wanted()
        if any(port not in knocked for wave in self._tools.waves for port in self._worth(wave)):
            return True
        return any(want.asks(probe) and self._unasked(probe) for probe in self._tools.probes)

    def _wanted(self) -> Wanted:
        """What could still change the answer. Facts only grow, so their number tells if it is new."""
        if self._tools.thorough or not self._card.observations:
            return EVERYTHING
        known, facts = self._wanted_at, len(self._card.observations)
        if known is None or known[0] != facts:
            known = self._wanted_at = facts, wanted(self._judged(), self._tools.reading)
        return known[1]

    def _wants(self, *signals: str) -> bool:
        """Whether any of these could still tell something new, or who the device is."""
        if not FINDINGS.isdisjoint(signals):  # wanted in any case: spare the weighing
            return True
        if self._wanted().hears(*signals):
            return True
        return not NAMING.isdisjoint(signals) and not self._is_named()

    def _below(self) -> int:
        """The rank below which to ask while there are ports left to knock at.

        The budget is short: what every device answers comes before what one family answers, unless
        the video port is found already; pages of little worth wait until all ports are known.
        """
        return PAGES if self._card.open_ports & RTSP else FAMILIES

    async def find_web(self) -> None:
        """Knock and ask as much as a login must know: which web server there is, and how it asks.

        A device may be settled by what it said in a group question, with no port tried yet.
        """
        for wave in (named(self._card.facts), *self._tools.waves[:1]):
            await self._knock(wave)
        for probe in self._tools.probes:
            if probe.name == "http":
                await self._ask_everywhere(probe)

    async def _ask_who(self) -> None:
        """Questions by which a device names itself, where the link does not name it.

        What settles a device depends on which answer came first; who it is must not.
        """
        if not self._card.observations:
            return
        who = naming(self._tools.probes, self._judged())
        if who and not self._card.open_ports:  # settled by what it said in a group question
            if self._is_named():
                return
            await self.find_web()
        for probe in who:
            if not self._unasked(probe):
                continue
            if self._is_named() or not await self._ask_everywhere(probe):
                return

    def _unasked(self, probe: Probe) -> tuple[tuple[str, int, bool], ...]:
        """Where a probe wants to ask and has not."""
        card = self._card
        wanted = probe.endpoints(frozenset(card.open_ports), card.facts)
        return tuple(one for one in wanted if (probe.name, *one[:2]) not in card.asked)

    def _is_named(self) -> bool:
        """Whether the host's MAC is known, or will be: on the link the system finds it out."""
        card, tools = self._card, self._tools
        shared = tools.shared()
        if card.macs - shared:
            return True
        face = tools.net.on_link(card.contact)
        if face is not None and face.mac is not None and not card.macs:
            return True
        return tells_mac(card, shared)

    async def _look_behind(self) -> None:
        """Cameras on a recorder's own ports, where it shows their web pages as virtual hosts.

        Only on a recorder of the family that does so, one port after the other until one is
        closed. What a camera there says is its own: it lends nothing to the recorder, and gets
        nothing from it.
        """
        card, tools = self._card, self._tools
        if not card.observations or not shows_virtual_hosts(self._judged()):
            return
        web = next((probe for probe in tools.probes if probe.name == "http"), None)
        for port in VIRTUAL_HOSTS:
            if port not in card.knocked:
                await self._knock_gently((port,))
            if port not in card.open_ports or web is None:
                return
            child = card.behind.setdefault(port, Card(address=card.address, methods={"recorder"}))
            if (web.name, "tcp", port) in card.asked:
                continue
            card.asked.add((web.name, "tcp", port))
            target = Target(address=card.contact, port=port, tls=False, seen=(), clock=tools.clock)
            attempt, facts = await _run.run_probe(
                web, target, tools.net.dialer, monotonic=tools.monotonic
            )
            child.add(facts)
            child.attempts.append(attempt)
            if attempt.outcome is Ending.DENIED:
                return

    def _settled(self) -> bool:
        if self._tools.thorough or not self._card.observations:
            return False
        return settled(self._judged())

    def _judged(self) -> Judged:
        """What the facts so far come to. They only grow, so their number tells if there are new ones."""
        card = self._card
        if card.weighed is None or card.weighed[0] != len(card.observations):
            card.weighed = len(card.observations), self._tools.weigh(card.facts)
        return card.weighed[1]

    async def _knock(self, ports: Iterable[int]) -> None:
        """Knock at ports that are new, and once more where a packet may have been lost.

        A host that filters leaves many knocks unanswered; those are repeated only where it shows a
        sign of video, for there a lost packet could change a verdict.
        """
        self._trust_discovery()
        fresh = [port for port in ports if port not in self._card.knocked]
        if not fresh:
            return
        await self._knock_gently(fresh)
        late = [port for port in (*self._unheard, *fresh) if self._unanswered(port)]
        # Of a host that has not shown itself yet, all may have been lost: it may still do so.
        self._unheard = [] if self._card.assessed else late
        if late and self._card.assessed and (len(late) <= _SECOND_KNOCKS or self._shows_video()):
            await self._knock_gently(late)

    def _trust_discovery(self) -> None:
        """Take ports that discovery found open for open: they need no knock of ours."""
        card = self._card
        for item in card.observations.values():
            if item.signal != "port.open":
                continue
            proto, _, digits = item.value.partition("/")
            if proto == "tcp" and digits.isdecimal() and int(digits) not in card.knocked:
                card.knocked.add(int(digits))
                card.open_ports.add(int(digits))

    def _shows_video(self) -> bool:
        return self._judged().video_sign

    async def _knock_gently(self, ports: Sequence[int]) -> None:
        tools = self._tools
        await tools.net.knocks(
            self._card.contact,
            ports,
            probe="ports",
            wait=tools.knock_wait,
            told=self._note_knock,
            keep=KEPT.intersection(ports),
        )

    def _unanswered(self, port: int) -> bool:
        return port not in self._card.open_ports and port not in self._card.refused_ports

    def _note_knock(self, port: int, error: NetError | None, seconds: float) -> None:
        """Write down how a knock ended, in place of an earlier one at the same port."""
        card = self._card
        ending = Ending.OK if error is None else error.ending
        if port in card.knocked:
            _forget_knock(card, port)
        card.knocked.add(port)
        if ending is Ending.REFUSED:
            card.refused_ports.add(port)
            return  # a closed port is no news: the ledger counts it, the document stays short
        if ending is Ending.OK:
            card.open_ports.add(port)
            card.add([self._open(port)])
        card.attempts.append(
            Attempt(
                probe="ports",
                endpoint=f"tcp/{port}",
                outcome=ending,
                ms=round(seconds * 1000),
                detail=(str(error) or None) if error is not None else None,
            )
        )

    def _open(self, port: int) -> Observation:
        return Observation(
            signal="port.open",
            value=f"tcp/{port}",
            endpoint=f"tcp/{port}",
            probe="ports",
            at=self._tools.clock(),
        )

    async def _ask_all(self, below: int | None = None) -> None:
        """Ask the new endpoints of every probe, or of those below a rank.

        Nothing is walked through again while nothing is new since the same were asked.
        """
        known = self._known(below)
        if known == self._asked_with:
            return
        left = [one for one in ordered(self._tools.probes) if below is None or one.rank < below]
        while left:
            probe = next_of(left, self._judged())
            left.remove(probe)
            if self._card.open_ports and self._settled():
                return
            if not self._wanted().asks(probe):
                self._has_passed_over = True
                continue
            if not await self._ask_everywhere(probe):
                return
        if known == self._known(below):  # else one of the first may have something to ask now
            self._asked_with = known

    def _known(self, below: int | None) -> tuple[int, int, int | None]:
        """Tells whether there is anything new: the numbers only grow."""
        return len(self._card.observations), len(self._card.open_ports), below

    async def _ask_everywhere(self, probe: Probe) -> bool:
        """Ask a probe's endpoints, each once; False when the host's budget is spent."""
        for proto, port, tls in self._unasked(probe):
            key = (probe.name, proto, port)
            if key in self._card.asked:
                continue
            self._card.asked.add(key)
            if not await self._ask(probe, proto, port, tls=tls):
                return False
        return True

    async def _ask(self, probe: Probe, proto: str, port: int, *, tls: bool) -> bool:
        """Ask one endpoint; False when the host's budget is spent."""
        card, tools = self._card, self._tools
        target = Target(
            address=card.contact,
            port=port,
            tls=tls,
            seen=card.facts,
            clock=tools.clock,
            proto=proto,
            wants=self._wants,
        )
        attempt, _ = await _run.run_probe(
            probe,
            target,
            tools.net.dialer,
            monotonic=tools.monotonic,
            heard=lambda fact: card.add((fact,)),
        )
        card.attempts.append(attempt)
        self._spent = attempt.outcome is Ending.DENIED
        return not self._spent


def _forget_knock(card: Card, port: int) -> None:
    endpoint = f"tcp/{port}"
    card.attempts = [
        attempt
        for attempt in card.attempts
        if attempt.probe != "ports" or attempt.endpoint != endpoint
    ]

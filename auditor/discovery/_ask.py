"""One question to a group, a broadcast or single hosts over UDP, and everything that comes back.

A protocol states its :class:`Question` and is a method: ``METHOD = Asking(Question(...))``.
Where group questions may leave, the group is asked in some rounds, and hosts that the system knows
as neighbours and that stayed silent may be asked directly in the second, since some switches
swallow groups. Everywhere else each address in scope is asked by itself, through one socket.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing

from auditor.discovery._api import Seen, Wish
from auditor.discovery._ground import (
    batches,
    neighbours_of,
    plain,
    table_of,
    version_of,
)
from auditor.discovery._merge import merged, stopped
from auditor.discovery._places import ANY_ROUTE, Place, Talk, places_of
from auditor.discovery._question import Answer, Question
from auditor.discovery._tally import MOST_PER_HOST, Tally
from auditor.model.document import MethodState
from auditor.model.errors import Denied, Filtered, Malformed, NetError
from auditor.model.facts import Observation, Sighting
from auditor.net.api import GroupSocket, Interface, Net, Packet

TICK = 0.1
"""Seconds between looks at whether everything has been sent."""
_NOW = 0.001
LATE_TICK = 0.25
LATE_LOOKS = 20
"""How often to look for late answers while hosts are being asked anyway: for five seconds at most.
A device that is slow, or whose answer was held up, is then heard at no cost."""

_ABREAST = 32
"""Hosts whose questions wait for their turn at the same time: one after the other, they would fall
behind the knocks of the interviews, which share the rate with them."""


class Asking:
    """A discovery method that asks one :class:`Question`."""

    engines = frozenset({"native", "nmap"})

    def __init__(self, question: Question) -> None:
        self.question = question
        self.name = question.name
        self.sends = question.sends

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Ask everywhere at once; sightings as they come, then one state a place."""
        if self.question.rare and not wish.rare:
            why = "the search of a maker that is met rarely: asked only with --rare"
            yield MethodState(method=self.name, state="skipped", why=why)
            return
        places = await places_of(self.question, net, wish.ground)
        if not places:
            yield MethodState(
                method=self.name, state="skipped", why="no interface reaches an address to ask"
            )
            return
        streams = (_at(self.question, net, wish, place) for place in places)
        async with aclosing(merged(*streams)) as stream:
            async for seen in stream:
                yield seen


async def _at(question: Question, net: Net, wish: Wish, place: Place) -> AsyncIterator[Seen]:
    tally = Tally(mine=_mine(net))
    talks = (_talk(question, net, wish, talk, tally) for talk in place.talks)
    async for sighting in merged(*talks):
        yield sighting
    yield tally.state(question.name, place)


def _mine(net: Net) -> frozenset[str]:
    return frozenset(str(one.ip) for face in net.interfaces() for one in face.addresses)


async def _talk(
    question: Question, net: Net, wish: Wish, talk: Talk, tally: Tally
) -> AsyncIterator[Sighting]:
    linger = question.linger_polite if wish.polite else question.linger
    async with AsyncExitStack() as stack:
        try:
            sock = await _opened(question, net, talk, tally, stack)
        except NetError as error:
            tally.failed(error)
            return
        sender = asyncio.create_task(_send_all(question, net, sock, talk, tally))
        try:
            async for packet in _packets(sock, sender, linger, wish.idle):
                for sighting in _heard(question, net, wish, talk, tally, packet):
                    yield sighting
        except NetError as error:
            tally.failed(error)
        finally:
            await stopped(sender)


async def _packets(
    sock: GroupSocket, sender: "asyncio.Task[None]", linger: float, idle: asyncio.Event | None
) -> AsyncIterator[Packet]:
    """What comes in while the questions leave, for ``linger`` seconds after that, and on until idle."""
    while not sender.done():
        async for packet in sock.packets(TICK):
            yield packet
    await sender
    async for packet in sock.packets(linger):
        yield packet
    for _ in range(LATE_LOOKS):
        if idle is None or idle.is_set():
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATE_TICK):
                await idle.wait()
        async for packet in sock.packets(_NOW):
            yield packet


async def _opened(
    question: Question, net: Net, talk: Talk, tally: Tally, stack: AsyncExitStack
) -> GroupSocket:
    """The talk's socket; on any port where the protocol's own port is taken.

    Raises:
        NetError: there is none to be had.
    """
    port = 0 if question.answers_asker and not any(talk.rounds) else question.bind_port
    try:
        return await stack.enter_async_context(_socket(question, net, talk, talk.carrier, port))
    except Denied:  # the operator named the interface to use
        chosen = next(iter(net.interfaces()), None)
        if talk.carrier is not ANY_ROUTE or chosen is None:
            raise
        return await stack.enter_async_context(_socket(question, net, talk, chosen, port))
    except Filtered as error:
        if not port:
            raise
        tally.failed(error)
    return await stack.enter_async_context(_socket(question, net, talk, talk.carrier, 0))


def _socket(
    question: Question, net: Net, talk: Talk, face: Interface, port: int
) -> AbstractAsyncContextManager[GroupSocket]:
    join = question.group6 if talk.version == 6 else question.joined  # noqa: PLR2004 - IP version
    if face is ANY_ROUTE:  # a membership belongs to an interface
        join = None
    return net.group(face, probe=question.name, bind_port=port, join=join, ttl=question.ttl)


async def _send_all(
    question: Question, net: Net, sock: GroupSocket, talk: Talk, tally: Tally
) -> None:
    try:
        await _send(question, net, sock, talk, tally)
    except NetError as error:  # the answers to what did leave are still worth hearing
        tally.failed(error)


async def _send(question: Question, net: Net, sock: GroupSocket, talk: Talk, tally: Tally) -> None:
    for number, groups in enumerate(talk.rounds):
        if number:
            await asyncio.sleep(question.again)
        if groups:
            forms = tuple(question.group_forms(number))
            for address in groups:
                await _put(question, sock, address, forms, tally)
        hosts = [one for one in _hosts(question, net, talk, number) if one not in tally.told]
        for batch in batches(hosts):
            forms = tuple(question.host_forms())
            awake = await _awake(question, net, talk, batch, number)
            await _put_all(question, sock, awake, forms, tally)


def _hosts(question: Question, net: Net, talk: Talk, number: int) -> Sequence[str]:
    """Whom to ask directly in a round."""
    if talk.hosts or not talk.attached or not question.nudge or number != 1:
        return talk.hosts
    return [
        one.address
        for one in net.neighbours()
        if one.interface == talk.carrier.name
        and version_of(one.address) == talk.version
        and one.address in net.scope
    ]


async def _awake(
    question: Question, net: Net, talk: Talk, batch: Sequence[str], number: int
) -> Sequence[str]:
    """Those of a batch that can get a datagram.

    Questions to absent neighbours would fill the send buffer while the system looks for them.
    """
    if not talk.attached or not talk.hosts:
        return batch
    if number == 0:
        known = await neighbours_of(net, batch, probe=question.name)
    else:
        known = table_of(net, frozenset(batch))
    if not known and not net.neighbours():
        return batch  # a system whose table we cannot read
    return [address for address in batch if address in known]


async def _put_all(
    question: Question,
    sock: GroupSocket,
    addresses: Sequence[str],
    forms: Sequence[bytes],
    tally: Tally,
) -> None:
    left = iter(addresses)

    async def work() -> None:
        for address in left:
            await _put(question, sock, address, forms, tally)

    await asyncio.gather(*(work() for _ in range(min(_ABREAST, len(addresses)))))


async def _put(
    question: Question, sock: GroupSocket, address: str, forms: Sequence[bytes], tally: Tally
) -> None:
    try:
        for form in forms:
            await sock.send(form, address, question.port)
            tally.sent += 1
    except NetError as error:
        tally.unsent += 1
        tally.failed(error)


def _heard(
    question: Question, net: Net, wish: Wish, talk: Talk, tally: Tally, packet: Packet
) -> Iterable[Sighting]:
    """The new sightings in a datagram; nothing for our own and for repeats."""
    address = plain(packet.address)
    if address is None:
        return ()
    in_scope = address in net.scope
    try:
        answers = tuple(question.read(packet.data))
    except Malformed:
        # Not in the protocol's words, but from a host that we asked: somebody is there.
        if address in tally.mine or not in_scope:
            return ()
        answers = (Answer(facts=(), same=None),)
    new = [
        one
        for one in (_or_silence(one, address) for one in answers[:MOST_PER_HOST])
        if tally.fresh(address, one.same, _size(one), in_scope=in_scope)
    ]
    return [_sighting(question, wish, talk, address, one) for one in new]


def _or_silence(answer: Answer, address: str) -> Answer:
    """The answer, or the bare sign of life that another's answer from this address is."""
    kin = [one for one in answer.speaks_for if version_of(one) == version_of(address)]
    return Answer(facts=(), same=None) if kin and address not in kin else answer


def _size(answer: Answer) -> int:
    return sum(len(value) for _, value in answer.facts)


def _sighting(question: Question, wish: Wish, talk: Talk, address: str, answer: Answer) -> Sighting:
    at = wish.clock()
    return Sighting(
        address=address,
        method=question.name,
        interface=talk.carrier.name or None,
        observations=tuple(
            Observation(
                signal=signal,
                value=value,
                endpoint=f"udp/{question.port}",
                probe=question.name,
                at=at,
            )
            for signal, value in answer.facts
        ),
    )

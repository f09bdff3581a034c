"""What a UDP protocol asks, as data."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Forms = Callable[[], Sequence[bytes]]
"""Makes the datagrams of one round, to be sent together."""


class Alone(StrEnum):
    """Which hosts a protocol may ask one by one, where it may not ask a group."""

    ANYWHERE = "anywhere"  # also behind a router
    ATTACHED = "attached"  # the protocol says that it does not cross one
    NEVER = "never"  # its answers go to a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One device's answer in a datagram.

    Attributes:
        facts: (signal, value) pairs.
        same: equal for repeats of the same answer, however the message around it differs.
        speaks_for: the addresses that the answer says it is about, where it says so; from any
            other address of that kind it is a relay's copy, and shows nothing of the sender.
    """

    facts: tuple[tuple[str, str], ...]
    same: Hashable
    speaks_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one UDP protocol asks, where, and how its answers are read.

    Attributes:
        name: the method's name.
        sends: one line for the send list.
        port: where devices listen.
        forms: the datagrams of one round to a group or broadcast.
        read: takes a datagram apart; raises Malformed for anything that is no answer, such as
            our own question heard back.
        group: IPv4 group; None if the protocol has none.
        group6: IPv6 link-local group; None if the protocol has none.
        broadcast: every other round goes to the broadcast address; every round, if there is no
            group.
        times: rounds to a group or broadcast.
        forms_again: the datagrams of all rounds but the first, where they differ.
        forms_host: the datagrams to one host, where they differ.
        alone: which hosts may be asked one by one.
        host_times: rounds of such questions.
        nudge: whether neighbours that stayed silent are asked directly in the second round, since
            some switches swallow groups.
        bind_port: the port to listen on; 0 for any.
        answers_asker: whether a single host that is asked answers to whatever port asked. Then such
            questions leave from a port of their own: two programs that listen on the protocol's
            port would share the answers between them.
        join: whether answers may come to the IPv4 group.
        answer_group: the group to which they come, where it is another one.
        ttl: of the group question.
        again: seconds between two rounds.
        linger: seconds to listen after the last send.
        linger_polite: the same under ``polite``.
        rare: asked only when the operator wishes for the rarer protocols.
    """

    name: str
    sends: str
    port: int
    forms: Forms
    read: Callable[[bytes], Iterable[Answer]]
    group: str | None = None
    group6: str | None = None
    broadcast: bool = False
    times: int = 2
    forms_again: Forms | None = None
    forms_host: Forms | None = None
    alone: Alone = Alone.ANYWHERE
    host_times: int = 2
    nudge: bool = True
    bind_port: int = 0
    answers_asker: bool = False
    join: bool = False
    answer_group: str | None = None
    ttl: int = 1
    again: float = 0.5
    linger: float = 0.6
    linger_polite: float = 4.0
    rare: bool = False

    def group_forms(self, number: int) -> Sequence[bytes]:
        """The datagrams of a round to a group or broadcast; rounds count from 0."""
        return (self.forms_again or self.forms)() if number else self.forms()

    def host_forms(self) -> Sequence[bytes]:
        """The datagrams to one host."""
        return (self.forms_host or self.forms)()

    @property
    def joined(self) -> str | None:
        """The IPv4 group to listen to, if any."""
        return (self.answer_group or self.group) if self.join else None

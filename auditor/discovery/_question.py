"""What a UDP protocol asks, as data."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One device's answer in a datagram.

    Attributes:
        facts: (signal, value) pairs.
        same: equal for repeats of the same answer, however the message around it differs.
    """

    facts: tuple[tuple[str, str], ...]
    same: Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one UDP protocol asks, where, and how its answers are read.

    Attributes:
        name: the method's name.
        sends: one line for the send list.
        port: where devices listen.
        forms: makes the datagrams of one round, to be sent together.
        read: takes a datagram apart; raises Malformed for anything that is no answer, such as
            our own question heard back.
        group: IPv4 group; None if the protocol has none.
        group6: IPv6 link-local group; None if the protocol has none.
        broadcast: the second round goes to the networks' broadcast addresses, not the group.
        bind_port: the port to listen on; 0 for any.
        join: whether answers may come to the IPv4 group.
        ttl: of the group question.
        again: seconds between the two rounds.
        linger: seconds to listen after the last send.
        linger_polite: the same under ``polite``.
    """

    name: str
    sends: str
    port: int
    forms: Callable[[], Sequence[bytes]]
    read: Callable[[bytes], Iterable[Answer]]
    group: str | None = None
    group6: str | None = None
    broadcast: bool = False
    bind_port: int = 0
    join: bool = False
    ttl: int = 1
    again: float = 0.5
    linger: float = 0.6
    linger_polite: float = 4.0

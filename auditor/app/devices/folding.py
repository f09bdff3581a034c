"""Cards ⇄ bytes: how the card of a host that nobody is working on lies on the disk.

No format for others: the same process reads it, so that nothing has to be checked again.
"""

import msgspec

from auditor.app.devices.card import Card, Stage
from auditor.model.facts import Attempt, Observation
from auditor.model.words import Ending

_Fact = tuple[str, str, str | None, str, str | None]
_Try = tuple[str, str, Ending, int, str | None]


class _Row(msgspec.Struct, array_like=True, gc=False):
    """A card. Its last weighing is left out: it is done again when it is needed."""

    address: str
    stage: Stage
    facts: list[_Fact]
    attempts: list[_Try]
    macs: list[str]
    methods: list[str]
    open_ports: list[int]
    refused_ports: list[int]
    knocked: list[int]
    asked: list[tuple[str, str, int]]
    behind: dict[int, "_Row"]
    zone: str | None
    stale: bool


def fold(card: Card) -> bytes:
    """A card as bytes."""
    return msgspec.msgpack.encode(_row(card))


def unfold(data: bytes) -> Card:
    """The card that :func:`fold` was given."""
    return _card(msgspec.msgpack.decode(data, type=_Row))


def _row(card: Card) -> _Row:
    return _Row(
        address=card.address,
        stage=card.stage,
        facts=[(x.signal, x.value, x.endpoint, x.probe, x.at) for x in card.facts],
        attempts=[(x.probe, x.endpoint, x.outcome, x.ms, x.detail) for x in card.attempts],
        macs=sorted(card.macs),
        methods=sorted(card.methods),
        open_ports=sorted(card.open_ports),
        refused_ports=sorted(card.refused_ports),
        knocked=sorted(card.knocked),
        asked=sorted(card.asked),
        behind={port: _row(child) for port, child in card.behind.items()},
        zone=card.zone,
        stale=card.stale,
    )


def _card(row: _Row) -> Card:
    facts = [Observation.canonical(*fact) for fact in row.facts]
    return Card(
        address=row.address,
        stage=row.stage,
        observations={(x.signal, x.value, x.endpoint): x for x in facts},
        attempts=[
            Attempt(probe=probe, endpoint=endpoint, outcome=outcome, ms=ms, detail=detail)
            for probe, endpoint, outcome, ms, detail in row.attempts
        ],
        macs=set(row.macs),
        methods=set(row.methods),
        open_ports=set(row.open_ports),
        refused_ports=set(row.refused_ports),
        knocked=set(row.knocked),
        asked=set(row.asked),
        behind={port: _card(child) for port, child in row.behind.items()},
        zone=row.zone,
        stale=row.stale,
    )

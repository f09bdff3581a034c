"""Facts → hits: every rule, MAC owner and directory row that matches counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.attribution.directory import brand_hits, model_row_hits
from auditor.attribution.facts import Fact
from auditor.attribution.hit import Hit, cite
from auditor.attribution.labels import own_blocks, with_labels
from auditor.attribution.makers import with_makers
from auditor.attribution.opened import TOLD, Opened
from auditor.attribution.produced import built
from auditor.catalog.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the facts of one device meet.

    Attributes:
        hits: every rule, MAC owner and directory row. Their order means nothing.
        built: month of production, ``YYYY-MM``, or None.
        named: the facts that name the device: its brands, models, serials and firmware versions.
    """

    hits: tuple[Hit, ...]
    built: str | None
    named: Mapping[str, Sequence[Fact]]


def hits(listed: Iterable[Opened], catalog: Catalog) -> Found:
    """Every rule, MAC owner and directory row that the facts meet.

    Rules come first: the month of production that a serial number names decides which rows of
    the rebrand directory can speak of the device.
    """
    out: list[Hit] = []
    told: dict[str, list[Opened]] = {name: [] for name in TOLD}
    for one in listed:
        out += one.hits
        of_signal = told.get(one.fact.signal)
        if of_signal is not None:
            of_signal.append(one)
    month = built(out)
    for one in told["mac"]:
        out += _by_owner(one, catalog)
    models = tuple(sorted({one.fact.value for one in told["model"]}))
    for one in told["brand"]:
        out += _by_label(one, models, month, catalog)
    if not any(catalog.brand_of(one.fact.value) for one in told["brand"]):
        for one in told["model"]:  # no label says whose code it is
            out += _by_code(one, month, catalog)
    out += own_blocks(out, models, catalog)
    named = {name: [one.fact for one in found] for name, found in told.items()}
    return Found(hits=tuple(out), built=month, named=named)


def _by_owner(one: Opened, catalog: Catalog) -> tuple[Hit, ...]:
    return catalog.memory.recall(
        ("owner", one.key, one.fact.endpoint), _owner_hits, one.fact, catalog
    )


def _owner_hits(fact: Fact, catalog: Catalog) -> tuple[Hit, ...]:
    _, owner = catalog.oui(fact.value)
    if owner is None:
        return ()
    hit = Hit(
        evidence=cite(fact, owner.id, owner.strength, owner.sources),
        claims=with_makers(owner, catalog),
        kind=owner.kind,
        video=owner.video,
        oui=True,
    )
    return with_labels((hit,), catalog)


def _by_label(
    one: Opened, models: tuple[str, ...], month: str | None, catalog: Catalog
) -> tuple[Hit, ...]:
    return catalog.memory.recall(
        ("label", one.key, one.fact.endpoint, models, month),
        lambda: with_labels(brand_hits(one.fact, models, month, catalog), catalog),
    )


def _by_code(one: Opened, month: str | None, catalog: Catalog) -> tuple[Hit, ...]:
    return catalog.memory.recall(
        ("code", one.key, one.fact.endpoint, month),
        lambda: with_labels(model_row_hits(one.fact, month, catalog), catalog),
    )

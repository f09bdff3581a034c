"""Facts → hits: every rule, MAC owner and directory row that matches counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.attribution.directory import brand_hits, model_row_hits
from auditor.attribution.facts import Fact
from auditor.attribution.hit import Hit
from auditor.attribution.labels import own_blocks, with_labels
from auditor.attribution.opened import TOLD, Opened, Said
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

    hits: Sequence[Hit]
    built: str | None
    named: Mapping[str, Sequence[Fact]]


def hits(listed: Iterable[Said], catalog: Catalog) -> Found:
    """Every rule, MAC owner and directory row that the facts meet.

    Rules come first: the month of production that a serial number names decides which rows of
    the rebrand directory can speak of the device.
    """
    out: list[Hit] = []
    told: dict[str, list[Opened]] = {name: [] for name in TOLD}
    for said in listed:
        out += said.hits
        for one in said.named:
            told[one.fact.signal].append(one)
    month = built(out)
    models = tuple(sorted({one.fact.value for one in told["model"]}))
    labelled = False
    for one in told["brand"]:
        labelled = labelled or catalog.brand_of(one.fact.value) is not None
        out += _by_label(one, models, month, catalog)
    if not labelled:
        for one in told["model"]:  # no label says whose code it is
            out += _by_code(one, month, catalog)
    out += own_blocks(out, models, catalog)
    named = {name: [one.fact for one in found] for name, found in told.items()}
    return Found(hits=out, built=month, named=named)


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

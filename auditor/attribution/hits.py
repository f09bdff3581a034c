"""Facts → hits: every rule, MAC owner and directory row that matches counts."""

from collections.abc import Iterator, Sequence

from auditor.attribution.directory import brand_hits, model_row_hits
from auditor.attribution.facts import Fact
from auditor.attribution.hit import Hit, cite
from auditor.attribution.labels import with_labels
from auditor.attribution.makers import with_makers
from auditor.attribution.opened import Opened
from auditor.attribution.produced import built
from auditor.catalog.catalog import Catalog


def hits(listed: Sequence[Opened], catalog: Catalog) -> tuple[Hit, ...]:
    """Every rule, MAC owner and directory row that the facts meet.

    Rules come first: the month of production that a serial number names decides which rows of
    the rebrand directory can speak of the device. The order of the hits means nothing.
    """
    out = [hit for one in listed for hit in one.hits]
    month = built(out)
    models = tuple(sorted({one.fact.value for one in listed if one.fact.signal == "model"}))
    labelled = any(
        one.fact.signal == "brand" and catalog.brand_of(one.fact.value) for one in listed
    )
    for one in listed:
        signal = one.fact.signal
        if signal == "mac":
            out.extend(with_labels(_oui_hit(one.fact, catalog), catalog))
        elif signal == "brand":
            out.extend(_by_label(one, models, month, catalog))
        elif signal == "model" and not labelled:  # no label says whose code it is
            out.extend(_by_code(one, month, catalog))
    return tuple(out)


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


def _oui_hit(fact: Fact, catalog: Catalog) -> Iterator[Hit]:
    _, owner = catalog.oui(fact.value)
    if owner is None:
        return
    yield Hit(
        evidence=cite(fact, owner.id, owner.strength, owner.sources),
        claims=with_makers(owner.claims, catalog),
        kind=owner.kind,
        video=owner.video,
        oui=True,
    )

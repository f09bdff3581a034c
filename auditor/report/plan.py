"""What to replace first: a scan and a price list → an ordered plan. Pure.

The plan orders, counts and adds up. It never says that a device has to go: whether a rule asks for
that depends on who the reader is and on contracts that no scan can see.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from auditor.model.costs import UnitCost
from auditor.model.document import Asset, LawNote, Scan
from auditor.model.judgement import Attribution
from auditor.model.words import Outcome, Role
from auditor.report._prices import price
from auditor.report._ranking import Rank, Step, counted_classes, rank
from auditor.report.words import tame, title_of, vendor_names

__all__ = ["STEPS", "Duty", "Item", "Model", "Plan", "Step", "Total", "money", "plan"]

STEPS: Final = {
    Step.FIRST: "a rule that by the profile given concerns you names the maker, or one that may"
    " concern you does and anybody on the network can get into the device or see its picture",
    Step.NEXT: "a rule that may concern you names the maker, and no profile was given that says"
    " whether it does; or only market access is restricted and the device is open",
    Step.LATER: "only market access is restricted, or the rule that names the maker does not reach"
    " the device yet",
    Step.FIND_OUT: "the scan could not determine who made the device, or whether it is named: read"
    " the label, the order or the board before any money is planned",
}
"""Each step with what puts a device there."""

LIMITS: Final = (
    (
        "The order is a proposal from what the scan saw. Where a device hangs, what it watches and"
        " what a contract says were not seen and may change it."
    ),
    (
        "Whether a rule asks for replacement at all depends on who you are and on your contracts."
        " That is not said here."
    ),
)
NO_PROFILE: Final = (
    "No profile was given, so nothing is known of whom the rules concern. With --profile the order"
    " says more."
)
INCOMPLETE: Final = "The scan is incomplete: devices may be missing from this plan."


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One device of the plan.

    Attributes:
        number: its place in the plan, from 1.
        step: when.
        id: the asset's id.
        address: where it was; None for a device behind a recorder without an address.
        site: the scan's site.
        name: label and model for people, tamed.
        kind: what sort of equipment.
        maker: display name of the maker, if one was found.
        grade: how sure that is.
        regimes: counted regimes under which it is covered, or for ``find out`` not determined.
        reasons: why it stands here, each a short clause.
        exposure: configuration notes that count for the order, as note ids.
        built: when it was made, as far as known.
        parent: id of the recorder that it stands behind.
        cost: the row of the price list that fits it.
    """

    number: int
    step: Step
    id: str
    address: str | None
    site: str | None
    name: str
    kind: str
    maker: str | None
    grade: str | None
    regimes: tuple[str, ...]
    reasons: tuple[str, ...]
    exposure: tuple[str, ...]
    built: str | None
    parent: str | None
    cost: UnitCost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All devices of the plan that share name, kind and maker.

    Attributes:
        count: devices of every step but ``find out``.
        find_out: devices that are to be determined first.
        cost: the price of one, if all of them have the same.
    """

    name: str
    kind: str
    maker: str | None
    count: int
    find_out: int
    cost: UnitCost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum in one currency. Currencies are never added together.

    Attributes:
        step: the step that it is of; None for first, next and later together.
        devices: devices that are in the sum.
    """

    step: Step | None
    currency: str
    amount: Decimal
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What the transcription of a rule says that its readers do."""

    regime: str
    finding_class: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to replace first, what it may cost, and what to find out before.

    Attributes:
        items: every device of the plan, in order.
        models: counts by model, most devices first.
        counts: devices in each step; every step is there.
        totals: sums by step and over the first three, by currency; empty without prices.
        priced: whether a price list was given.
        unpriced: devices of the first three steps that no row of the price list fits.
        exempt: devices left out because a documented exemption excuses them.
        duties: what the rules that were met say, for whom.
        limits: what the plan does not know.
    """

    items: tuple[Item, ...]
    models: tuple[Model, ...]
    counts: dict[Step, int]
    totals: tuple[Total, ...]
    priced: bool
    unpriced: int
    exempt: int
    duties: tuple[Duty, ...]
    limits: tuple[str, ...]

    def of(self, step: Step) -> tuple[Item, ...]:
        """The devices of one step, in order."""
        return tuple(item for item in self.items if item.step is step)


def plan(scan: Scan, costs: Sequence[UnitCost] = ()) -> Plan:
    """The replacement plan of a scan: same scan and prices, same plan."""
    classes = counted_classes(scan)
    family = list(_family(scan.assets))
    prices = _Prices(costs)
    exempt = sum(asset.headline == Outcome.EXEMPT for asset, _ in family)
    ranked = [
        (found, asset, parent)
        for asset, parent in family
        if (found := rank(asset, classes)) is not None
    ]
    ranked.sort(key=lambda entry: (entry[0].key, entry[1].id))
    names = vendor_names(scan)
    items = tuple(
        _item(number, found, asset, parent, scan=scan, names=names, prices=prices)
        for number, (found, asset, parent) in enumerate(ranked, start=1)
    )
    tally = Counter(item.step for item in items)
    return Plan(
        items=items,
        models=_models(items),
        counts={step: tally[step] for step in Step},
        totals=tuple(_totals(items)),
        priced=bool(costs),
        unpriced=sum(i.cost is None and i.step is not Step.FIND_OUT for i in items),
        exempt=exempt,
        duties=tuple(_duties(items, scan.law)),
        limits=tuple(_limits(scan)),
    )


def money(amount: Decimal, currency: str) -> str:
    """An amount for people: ``12,345.00 EUR``; two decimals, or more where it has more."""
    shown = amount if -int(amount.as_tuple().exponent) > 2 else amount.quantize(Decimal("0.01"))  # noqa: PLR2004 - cents
    return f"{shown:,f} {currency}"


def _family(
    assets: Iterable[Asset], parent: str | None = None
) -> Iterator[tuple[Asset, str | None]]:
    for asset in assets:
        yield asset, parent
        yield from _family(asset.children, asset.id)


def _item(
    number: int,
    found: Rank,
    asset: Asset,
    parent: str | None,
    *,
    scan: Scan,
    names: dict[str, str],
    prices: "_Prices",
) -> Item:
    maker = _maker(asset)
    return Item(
        number=number,
        step=found.step,
        id=asset.id,
        address=asset.address,
        site=scan.scan.site,
        name=title_of(asset, names),
        kind=asset.kind.value,
        maker=tame(names.get(maker.vendor, maker.vendor), 80) if maker else None,
        grade=maker.grade.value if maker else None,
        regimes=found.regimes,
        reasons=found.reasons,
        exposure=found.exposure,
        built=tame(asset.built, 40) if asset.built else None,
        parent=parent,
        cost=prices.of(asset),
    )


class _Prices:
    """The price list, asked once for each kind and model."""

    def __init__(self, costs: Sequence[UnitCost]) -> None:
        self._costs = tuple(costs)
        self._found: dict[tuple[str, str | None], UnitCost | None] = {}

    def of(self, asset: Asset) -> UnitCost | None:
        """The row that fits a device."""
        key = (asset.kind.value, asset.model)
        if key not in self._found:
            self._found[key] = price(*key, self._costs)
        return self._found[key]


def _maker(asset: Asset) -> Attribution | None:
    return next((item for item in asset.attributions if item.role is Role.MAKER), None)


def _models(items: Sequence[Item]) -> tuple[Model, ...]:
    groups: dict[tuple[str, str, str | None], list[Item]] = {}
    for item in items:
        groups.setdefault((item.name, item.kind, item.maker), []).append(item)
    found = []
    for (name, kind, maker), members in groups.items():
        unsure = sum(item.step is Step.FIND_OUT for item in members)
        same = len({item.cost for item in members}) == 1
        found.append(
            Model(
                name=name,
                kind=kind,
                maker=maker,
                count=len(members) - unsure,
                find_out=unsure,
                cost=members[0].cost if same else None,
            )
        )
    return tuple(
        sorted(found, key=lambda m: (-m.count, -m.find_out, m.name, m.kind, m.maker or ""))
    )


def _totals(items: Sequence[Item]) -> Iterator[Total]:
    """Sums by step and currency, then over all steps but ``find out``."""
    for step in (*Step, None):
        sums: dict[str, tuple[Decimal, int]] = {}
        for item in items:
            wanted = item.step is not Step.FIND_OUT if step is None else item.step is step
            if wanted and item.cost is not None:
                amount, devices = sums.get(item.cost.currency, (Decimal(0), 0))
                sums[item.cost.currency] = (amount + item.cost.cost, devices + 1)
        for currency in sorted(sums):
            amount, devices = sums[currency]
            yield Total(step=step, currency=currency, amount=amount, devices=devices)


def _limits(scan: Scan) -> Iterator[str]:
    yield from LIMITS
    if not scan.scan.profile:
        yield NO_PROFILE
    if not scan.scan.complete:
        yield INCOMPLETE


def _duties(items: Sequence[Item], law: Sequence[LawNote]) -> Iterator[Duty]:
    met = {regime for item in items if item.step is not Step.FIND_OUT for regime in item.regimes}
    for note in law:
        if note.id in met and note.action:
            yield Duty(regime=note.id, finding_class=note.finding_class, action=note.action)

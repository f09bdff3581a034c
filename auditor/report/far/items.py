"""Covered devices as items: one for each product, with the fields that a form asks for."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from auditor.model.document import Scan
from auditor.model.form import Form, ItemEntry, Party
from auditor.model.words import Kind, Role
from auditor.report.far.say import maker_of, maybe, say, shown, told, where_read
from auditor.report.far.select import Finding
from auditor.report.far.shape import Field, Item, Origin, Unit
from auditor.report.words import tame, vendor_names

KINDS: Final = {
    Kind.CAMERA: "network camera",
    Kind.RECORDER: "network video recorder",
    Kind.ENCODER: "video encoder",
    Kind.INTERCOM: "video intercom",
    Kind.ACCESS_CONTROL: "access control device",
    Kind.NETWORK: "network equipment",
}
_UNIT_EVIDENCE: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Devices that are one item.

    Attributes:
        found: the devices, at least one.
        entry: what the form file says of them.
        maker: display name of the maker.
        brand: display name of the brand; None if the scan does not show it.
        model: the model as the devices report it; None if they do not.
    """

    found: tuple[Finding, ...]
    entry: ItemEntry
    maker: str
    brand: str | None
    model: str | None

    @property
    def first(self) -> Finding:
        """The device whose evidence is cited."""
        return self.found[0]


def entry_field(
    key: str, label: str, value: str | None, asked: str, note: str | None = None
) -> Field:
    """A field that only a person can complete."""
    entry = told(value)
    origin = Origin.PERSON if entry else Origin.BLANK
    return Field(id=key, label=label, value=entry, source=origin, asked=asked, note=note)


def groups(found: tuple[Finding, ...], scan: Scan, form: Form) -> tuple[Group, ...]:
    """The covered devices by maker, brand, model, kind and entry of the form file."""
    names = vendor_names(scan)
    heaps: dict[tuple[str, ...], list[Finding]] = {}
    for one in found:
        asset = one.asset
        place = _place(one, form)
        key = (one.verdict.vendor or "", asset.brand or "", asset.model or "", asset.kind.value)
        heaps.setdefault((*key, f"{place:06d}"), []).append(one)
    return tuple(
        _group(tuple(heap), names, _entry(form, int(key[-1])))
        for key, heap in sorted(heaps.items())
    )


def _group(heap: tuple[Finding, ...], names: Mapping[str, str], entry: ItemEntry) -> Group:
    asset, vendor = heap[0].asset, heap[0].verdict.vendor
    maker = say(names.get(vendor, vendor), 80) if vendor else "a listed producer"
    brand = names.get(asset.brand, asset.brand) if asset.brand else None
    return Group(
        found=heap, entry=entry, maker=maker, brand=maybe(brand, 120), model=maybe(asset.model, 120)
    )


def _place(found: Finding, form: Form) -> int:
    for index, entry in enumerate(form.items):
        if fits(entry, found):
            return index
    return len(form.items)


def _entry(form: Form, place: int) -> ItemEntry:
    return form.items[place] if place < len(form.items) else ItemEntry()


def fits(entry: ItemEntry, found: Finding) -> bool:
    """Whether an entry of the form file is about this device."""
    asset = found.asset
    keys = (asset.id, asset.address, asset.mac, asset.serial, *asset.addresses)
    told_keys = {name.casefold() for name in entry.devices}
    if any(key and tame(key).casefold() in told_keys for key in keys):
        return True
    return _named(asset.model, entry.models) or _named(asset.brand, entry.brands)


def _named(value: str | None, wanted: tuple[str, ...]) -> bool:
    return bool(value) and tame(value or "").casefold() in {name.casefold() for name in wanted}


def items(
    heaps: tuple[Group, ...],
    form: Form,
    fields: Callable[[Group, Form], tuple[Field, ...]],
    first_seen: Mapping[str, str],
) -> tuple[Item, ...]:
    """The items with the fields of one form."""
    return tuple(
        Item(
            number=number,
            title=f"{_label(group)} ({len(group.found)} unit{'s' if len(group.found) > 1 else ''})",
            fields=fields(group, form),
            units=tuple(_unit(one, first_seen) for one in group.found),
        )
        for number, group in enumerate(heaps, 1)
    )


def _label(group: Group) -> str:
    parts = (told(group.entry.brand) or group.brand, told(group.entry.model_number) or group.model)
    label = " ".join(say(part, 60) for part in dict.fromkeys(part for part in parts if part))
    return label or f"{KINDS.get(group.first.asset.kind, 'device')}, model not reported"


def _unit(found: Finding, first_seen: Mapping[str, str]) -> Unit:
    asset, verdict = found.asset, found.verdict
    maker = maker_of(asset, verdict.vendor)
    return Unit(
        id=say(asset.id, 120),
        address=maybe(asset.address, 80),
        behind=maybe(found.behind, 80),
        mac=maybe(asset.mac, 40),
        serial=maybe(asset.serial, 120),
        firmware=maybe(asset.firmware, 120),
        built=maybe(asset.built, 20),
        grade=verdict.grade,
        first_seen=maybe(first_seen.get(asset.id), 40),
        evidence=shown(maker.because, _UNIT_EVIDENCE) if maker else (),
    )


def report_fields(group: Group, form: Form) -> tuple[Field, ...]:
    """The item's fields of 52.204-25(d)(2)(i), and what the scan adds."""
    entry = group.entry
    mitigation = told(entry.mitigation) or form.efforts.mitigation
    return (
        *_supplier(entry.supplier, form.supplier),
        *identity(group),
        entry_field(
            "mitigation_undertaken_or_recommended",
            "Mitigation actions undertaken or recommended",
            mitigation,
            "readily available information",
        ),
        *added(group),
    )


def _supplier(own: Party, shared: Party) -> tuple[Field, ...]:
    party = own if own != Party() else shared
    return (
        entry_field(
            "supplier_name",
            "Supplier name",
            party.name,
            "required",
            "Who supplied it to you; not the producer. No scan can see it.",
        ),
        entry_field("supplier_uei", "Supplier unique entity identifier", party.uei, "if known"),
        entry_field("supplier_cage", "Supplier CAGE code", party.cage, "if known"),
    )


def identity(group: Group) -> tuple[Field, ...]:
    """Brand, model number and item description: from the form file, else from the scan."""
    return _brand(group), _model(group), _description(group)


def _brand(group: Group) -> Field:
    asset = group.first.asset
    entry = told(group.entry.brand)
    if entry or not group.brand:
        return entry_field("brand", "Brand", entry, "required", "The name on the housing or label.")
    because = next(
        (a.because for a in asset.attributions if a.role is Role.BRAND and a.vendor == asset.brand),
        (),
    )
    return Field(
        id="brand",
        label="Brand",
        value=group.brand,
        source=Origin.SCAN,
        asked="required",
        evidence=shown(because, 2) or where_read(asset, asset.brand),
        note="As the device reports it or as its model implies; compare with the label.",
    )


def _model(group: Group) -> Field:
    asset = group.first.asset
    label, asked = "Model number", "required"
    note = (
        "Say which it is: OEM number, manufacturer part number or wholesaler number. The label or"
        " the invoice may show another than the device reports."
    )
    entry = told(group.entry.model_number)
    if entry or not group.model:
        return entry_field("model_number", label, entry, asked, note)
    return Field(
        id="model_number",
        label=label,
        value=group.model,
        source=Origin.SCAN,
        asked=asked,
        evidence=where_read(asset, asset.model),
        note=note,
    )


def _description(group: Group) -> Field:
    entry = told(group.entry.description)
    if entry:
        return entry_field("item_description", "Item description", entry, "required")
    kind = KINDS.get(group.first.asset.kind, "network device")
    count = len(group.found)
    return Field(
        id="item_description",
        label="Item description",
        value=(
            f"{kind.capitalize()}, {count} unit{'s' if count > 1 else ''}; shows signs of"
            f" production by {group.maker} ({_grades(group)})"
        ),
        source=Origin.SCAN,
        asked="required",
    )


def _grades(group: Group) -> str:
    counted = Counter(str(one.verdict.grade or "grade not stated") for one in group.found)
    if len(counted) == 1:
        return next(iter(counted))
    return ", ".join(f"{grade} for {count}" for grade, count in sorted(counted.items()))


def added(group: Group) -> tuple[Field, ...]:
    """What the scan adds to the fields that the clause asks for."""
    asset, verdict = group.first.asset, group.first.verdict
    maker = maker_of(asset, verdict.vendor)
    listing = say(verdict.listing or "not stated", 300)
    producer = Field(
        id="producer_identified",
        label="Producer that the evidence points to",
        value=f"{group.maker} ({_grades(group)}); listing met: {listing}; {say(verdict.citation)}",
        source=Origin.SCAN,
        asked="added",
        evidence=shown(maker.because, 4) if maker else (),
        note="A technical finding. A person confirms who produced the item.",
    )
    limited = "purpose_limited" in verdict.reasons
    purpose = "The listing names purposes; a scan cannot see the purpose." if limited else None
    return (
        producer,
        entry_field("purpose_of_use", "Purpose of use", group.entry.purpose, "added", purpose),
        entry_field(
            "human_confirmed_by", "Producer confirmed by", group.entry.confirmed_by, "added"
        ),
    )


def award_fields(group: Group, form: Form) -> tuple[Field, ...]:
    """What the file of an award should hold for an item; no form is prescribed."""
    entry = group.entry
    day = entry.obligated_on.isoformat() if entry.obligated_on else None
    asked = "kept on file; no form is prescribed"
    known = (*_supplier(entry.supplier, form.supplier), *identity(group))
    return (
        *(replace(one, asked=asked) for one in known),
        entry_field("cost", "Cost charged to the award", entry.cost, asked),
        entry_field("date_of_obligation", "Date of obligation", day, asked),
        entry_field("replacement_plan", "Replacement plan", entry.replacement_plan, asked),
        *added(group),
    )

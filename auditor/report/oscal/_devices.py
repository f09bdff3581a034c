"""Devices as OSCAL inventory items, and what was observed of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from auditor.model.document import Scan
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import Channel
from auditor.report._standard import (
    ROLE_WORDS,
    Device,
    Json,
    Span,
    address,
    filled,
    hardware_address,
    identifier,
    instant,
    rfc3339,
    seen,
)
from auditor.report.oscal._text import (
    NIST,
    inventory_subject,
    markup,
    prop,
    props,
    told,
    tool_origin,
)
from auditor.report.words import evidence_text, title_of

_EXAMINED = frozenset({Channel.RECORD})
"""Witnesses that nobody asked over the network: what is written on a label or in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One device of the document, with the UUIDs that point at it and what it is written with.

    Attributes:
        scan: the whole scan.
        device: the device.
        uuid: of its inventory item.
        parent: of the recorder that it stands behind, if any.
        names: display names of vendors.
        within: when the scan ran.
        tool: UUID of the tool that found it.
    """

    scan: Scan
    device: Device
    uuid: str
    parent: str | None
    names: dict[str, str]
    within: Span
    tool: str

    @property
    def title(self) -> str:
        """What to call the device, as a text; it is not yet markup."""
        return title_of(self.device.asset, self.names)

    def identifier(self, what: str, number: int | None = None) -> str:
        """The UUID of a thing said of this device in this scan."""
        parts = () if number is None else (str(number),)
        return identifier(what, self.scan.scan.id, self.device.key, *parts)


def inventory_item(place: Place) -> Json:
    """One device: NIST's property names where they say the same, our own where not."""
    device, names, asset = place.device, place.names, place.device.asset
    where = address(asset.address)
    family = f"ipv{ip_address(where).version}-address" if where else ""
    mac = hardware_address(asset.mac)
    behind = [{"href": f"#{place.parent}", "rel": "behind"}] if place.parent else []
    body = {
        "uuid": place.uuid,
        "description": told(place.title, "device"),
        "props": props(
            prop("asset-id", device.key, NIST),
            prop(family, where, NIST) if where else prop("address", asset.address),
            prop("mac-address", mac, NIST) if mac else prop("mac", asset.mac),
            prop("serial-number", asset.serial, NIST),
            prop("hardware-model", asset.model, NIST),
            prop("software-version", asset.firmware, NIST, "firmware, as the device reports it"),
            prop("is-scanned", bool(asset.attempts), NIST),
            prop("kind", asset.kind.value),
            prop("hostname", asset.hostname),
            prop("label", asset.brand and names.get(asset.brand, asset.brand)),
            prop("built", asset.built),
            prop("oem-customer", asset.oem_customer),
            prop("headline", asset.headline),
            *(prop("address", other) for other in asset.addresses if other != asset.address),
            *(prop("configuration-note", note) for note in asset.notes),
        ),
        "links": behind,
    }
    return filled(body)


def observations(place: Place) -> Iterator[Json]:
    """What was seen of one device: one observation a conclusion, each with its evidence."""
    asset = place.device.asset
    subject = inventory_subject(place.uuid, markup(place.title))
    for number, item in enumerate(asset.attributions):
        yield _conclusion(item, number, place, subject)
    if not asset.attributions:
        yield {
            "uuid": place.identifier("observation"),
            "title": "No maker named",
            "description": "Nothing that was observed names a maker, a label, a firmware or a chip.",
            "methods": ["TEST" if asset.attempts else "EXAMINE"],
            "types": ["discovery"],
            "origins": tool_origin(place.tool),
            "subjects": [subject],
            "collected": rfc3339(seen(asset, place.within).end),
        }


def related_observations(place: Place, verdict: Verdict) -> list[Json]:
    """The observations that a verdict rests on: those of its vendor and role; else all."""
    shown = place.device.asset.attributions
    numbers: list[int | None] = [
        number
        for number, item in enumerate(shown)
        if item.vendor == verdict.vendor and item.role is verdict.role
    ]
    whole: list[int | None] = [*range(len(shown))] if shown else [None]
    uuids = [place.identifier("observation", one) for one in numbers or whole]
    return [{"observation-uuid": uuid} for uuid in uuids]


def _conclusion(item: Attribution, number: int, place: Place, subject: Json) -> Json:
    vendor = told(place.names.get(item.vendor, item.vendor), "unnamed", 100)
    role = ROLE_WORDS[item.role]
    shown = (*item.because, *item.against)
    methods = sorted({"EXAMINE" if one.channel in _EXAMINED else "TEST" for one in shown})
    return filled(
        {
            "uuid": place.identifier("observation", number),
            "title": f"{role}: {vendor} ({item.grade})",
            "description": f"Signs of {vendor} as {role}; grade {item.grade}, from"
            f" {len(item.because)} for and {len(item.against)} against.",
            "props": props(
                prop("role", item.role.value),
                prop("vendor", item.vendor),
                prop("entity", item.entity),
                prop("grade", item.grade.value),
            ),
            "methods": methods,
            "types": ["discovery"],
            "origins": tool_origin(place.tool),
            "subjects": [subject],
            "relevant-evidence": [
                *(_evidence(one, against=False) for one in item.because),
                *(_evidence(one, against=True) for one in item.against),
            ],
            "collected": _collected(shown, place),
        }
    )


def _evidence(item: Evidence, *, against: bool) -> Json:
    return {
        "description": told(evidence_text(item), "evidence", 600),
        "props": props(
            prop("bearing", "against") if against else None,
            prop("rule", item.rule),
            prop("signal", item.signal),
            prop("read-from", item.via),
            prop("value", item.value),
            prop("strength", item.strength.value),
            prop("channel", item.channel.value),
            prop("endpoint", item.endpoint),
            prop("sources", " ".join(item.sources)),
        ),
    }


def _collected(shown: tuple[Evidence, ...], place: Place) -> str:
    """When the latest of the facts behind a conclusion was heard."""
    cited = {(one.via or one.signal, one.endpoint) for one in shown}
    heard = [
        at
        for item in place.device.asset.observations
        if (item.signal, item.endpoint) in cited and (at := instant(item.at)) is not None
    ]
    return rfc3339(max(heard) if heard else seen(place.device.asset, place.within).end)

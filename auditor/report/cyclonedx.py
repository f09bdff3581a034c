"""CycloneDX hardware inventory: devices as components, for tools that read bills of materials.

What goes where, and what does not fit, stands in ``docs/explanation/standards-mapping.md``.
"""

from collections.abc import Iterator
from typing import Final

from auditor.model.document import Scan
from auditor.model.judgement import Attribution, Verdict
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report._standard import (
    Device,
    Json,
    devices,
    filled,
    hardware_address,
    identifier,
    line,
    named,
    pretty,
    rfc3339,
    shortfalls,
    span,
    subject,
)
from auditor.report.words import NOT_LEGAL_ADVICE, evidence_text, title_of, vendor_names

VERSION: Final = "1.6"
PREFIX: Final = "camera-auditor"
"""Namespace of properties that CycloneDX's taxonomy does not define."""


class CycloneDx:
    """One bill of materials: what answered on the network, as hardware."""

    name = "cyclonedx"
    suffixes = (".cdx.json",)
    about = "CycloneDX hardware inventory, for tools that read bills of materials"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The bill of materials as JSON."""
        names = vendor_names(scan)
        items = devices(scan)
        refs = {item.key: subject(scan, item) for item in items}
        components = [_component(item, refs, names) for item in items]
        body: Json = {
            "$schema": f"http://cyclonedx.org/schema/bom-{VERSION}.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": VERSION,
            "serialNumber": f"urn:uuid:{identifier('bom', scan.scan.id)}",
            "version": 1,
            "metadata": _metadata(scan),
            "components": components,
            "compositions": _compositions(refs),
            "annotations": list(_annotations(scan, items, refs)),
        }
        return pretty(body)


def _metadata(scan: Scan) -> Json:
    header, counts, cover = scan.scan, scan.summary, scan.coverage
    return {
        "timestamp": rfc3339(span(scan).end),
        "lifecycles": [{"phase": "discovery"}],
        "tools": {"components": [_tool(scan)]},
        "properties": _properties(
            _own("notice", NOT_LEGAL_ADVICE),
            _own("scan", header.id),
            _own("site", header.site),
            *(_own("scope", text) for text in header.scope),
            _own("policy", header.policy),
            _own("as-of", header.as_of),
            _own("database-version", header.db_version),
            _own("database-digest", header.db_digest),
            _own("complete", "yes" if header.complete else "no"),
            _own("hosts", counts.assets),
            _own("hosts-assessed", cover.assessed),
            *(_own("not-shown", text, 600) for text in shortfalls(scan)),
        ),
    }


def _tool(scan: Scan) -> Json:
    name, _, version = scan.scan.tool.partition(" ")
    return filled(
        {
            "type": "application",
            "bom-ref": identifier("tool", scan.scan.tool),
            "name": line(name, 100) or "auditor",
            "version": line(version, 100),
        }
    )


def _component(item: Device, refs: dict[str, str], names: dict[str, str]) -> Json:
    """One device. The maker is named only where it stands at ``probable`` or better and alone."""
    asset = item.asset
    maker = named(asset, Role.MAKER)
    return filled(
        {
            "type": "device",
            "bom-ref": refs[item.key],
            "manufacturer": _organisation(maker.vendor if maker else None, names),
            "supplier": _organisation(asset.brand, names),
            "name": line(asset.model, 200) or line(title_of(asset, names), 200) or "device",
            "description": line(f"{title_of(asset, names)} ({asset.kind.value})", 300),
            "components": list(_firmware(item, refs, names)),
            "evidence": _evidence(item),
            "properties": _properties(*_facts(item, refs), *_conclusions(item, names)),
        }
    )


def _firmware(item: Device, refs: dict[str, str], names: dict[str, str]) -> Iterator[Json]:
    version = line(item.asset.firmware, 200)
    platform = named(item.asset, Role.PLATFORM)
    if version is None and platform is None:
        return
    yield filled(
        {
            "type": "firmware",
            "bom-ref": f"{refs[item.key]}/firmware",
            "manufacturer": _organisation(platform.vendor if platform else None, names),
            "name": "firmware",
            "version": version,
        }
    )


def _evidence(item: Device) -> Json:
    """Where it was found. Identity evidence wants a percentage for a method: none is given."""
    asset = item.asset
    found = dict.fromkeys(text for text in (asset.address, *asset.addresses) if text)
    places = [line(text, 100) for text in found]
    return filled({"occurrences": [{"location": place} for place in places if place]})


def _facts(item: Device, refs: dict[str, str]) -> Iterator[Json | None]:
    asset = item.asset
    mac = hardware_address(asset.mac)
    yield _property("cdx:device:macAddress", mac) if mac else _own("mac", asset.mac)
    yield _property("cdx:device:serialNumber", asset.serial)
    yield _property("cdx:device:function", asset.kind.value)
    yield _own("id", item.key)
    yield _own("hostname", asset.hostname)
    yield _own("built", asset.built)
    yield _own("oem-customer", asset.oem_customer)
    yield _own("headline", asset.headline)
    yield _own("behind", refs[item.parent] if item.parent is not None else None)
    for note in asset.notes:
        yield _own("configuration-note", note)


def _conclusions(item: Device, names: dict[str, str]) -> Iterator[Json | None]:
    for found in item.asset.attributions:
        yield from _attribution(found, names)
    for verdict in item.asset.verdicts:
        yield _own(f"verdict:{line(verdict.regime, 100) or 'rule'}", verdict.outcome.value)


def _attribution(found: Attribution, names: dict[str, str]) -> Iterator[Json | None]:
    role = found.role.value
    yield _own(role, f"{names.get(found.vendor, found.vendor)} ({found.grade})")
    yield _own(f"{role}:entity", found.entity)
    for piece in found.because:
        yield _own(f"{role}:evidence", f"{piece.rule}: {evidence_text(piece)}", 600)
    for piece in found.against:
        yield _own(f"{role}:evidence-against", f"{piece.rule}: {evidence_text(piece)}", 600)


def _compositions(refs: dict[str, str]) -> list[Json]:
    """What is inside a device cannot be seen from a network: every assembly is incomplete."""
    return [{"aggregate": "incomplete", "assemblies": list(refs.values())}] if refs else []


def _annotations(scan: Scan, items: tuple[Device, ...], refs: dict[str, str]) -> Iterator[Json]:
    """The notice over everything, then what the verdicts on each device say."""
    yield _annotation(scan, list(refs.values()), NOT_LEGAL_ADVICE, "notice")
    for item in items:
        told = [text for verdict in item.asset.verdicts if (text := _says(verdict))]
        if told:
            yield _annotation(scan, [refs[item.key]], "\n".join(told), f"device {item.key}")


def _says(verdict: Verdict) -> str | None:
    says = line(verdict.says, 2000)
    if says is None:
        return None
    excused = f" Exemption: {line(verdict.exemption, 300)}." if verdict.exemption else ""
    return f"{line(verdict.regime, 100)}: {verdict.outcome.value}. {says}{excused}"


def _annotation(scan: Scan, subjects: list[str], text: str, key: str) -> Json:
    tool = _tool(scan)
    del tool["bom-ref"]  # the tool is defined once, in the metadata
    return {
        "bom-ref": identifier("annotation", scan.scan.id, key),
        "subjects": subjects,
        "annotator": {"component": tool},
        "timestamp": rfc3339(span(scan).end),
        "text": text,
    }


def _organisation(vendor: str | None, names: dict[str, str]) -> Json:
    return filled({"name": line(names.get(vendor, vendor), 200) if vendor else None})


def _property(name: str, value: object, most: int = 400) -> Json | None:
    text = line(str(value), most) if value is not None else None
    return None if text is None else {"name": name, "value": text}


def _own(name: str, value: object, most: int = 400) -> Json | None:
    return _property(f"{PREFIX}:{name}", value, most)


def _properties(*items: Json | None) -> list[Json]:
    return [item for item in items if item is not None]


FORMAT = CycloneDx()

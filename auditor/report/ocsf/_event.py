"""What every OCSF event carries: class, time, product, and the parts that a device fills."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from auditor.model.document import Scan
from auditor.model.words import VIDEO_KINDS, Kind, Role
from auditor.report._standard import (
    Device,
    Json,
    Span,
    address,
    filled,
    hardware_address,
    identifier,
    line,
    named,
    seen,
    span,
)
from auditor.report.words import title_of, vendor_names

VERSION: Final = "1.8.0"
OTHER: Final = 99
"""OCSF's id for what its tables do not know; the text beside it is then the source's own."""

_SEVERITIES: Final = {1: "Informational", 2: "Low", 3: "Medium"}
_OBSERVABLES: Final = {
    "hostname": (1, "Hostname"),
    "ip": (2, "IP Address"),
    "mac": (3, "MAC Address"),
    "serial": (37, "Serial Number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClass:
    """One class of OCSF with the one activity that is used of it."""

    uid: int
    name: str
    category: int
    category_name: str
    activity: int
    activity_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The scan that the events come from."""

    scan: Scan
    when: Span
    names: dict[str, str]


def context(scan: Scan) -> Context:
    """What all events of a scan share."""
    return Context(scan=scan, when=span(scan), names=vendor_names(scan))


def milliseconds(at: datetime) -> int:
    """OCSF's time stamp: milliseconds since 1970 in UTC."""
    return round(at.timestamp() * 1000)


def event(
    kind: EventClass, about: Context, at: datetime, severity: int, uid: str, body: Json
) -> Json:
    """One event of a class.

    Args:
        kind: class and activity.
        about: the scan.
        at: when it happened.
        severity: an id of OCSF's table.
        uid: of this event, unique in the scan's output.
        body: what the class adds.
    """
    tool, _, version = about.scan.scan.tool.partition(" ")
    product = {"name": line(tool, 100) or "auditor", "version": line(version, 100)}
    return filled(
        {
            "class_uid": kind.uid,
            "class_name": kind.name,
            "category_uid": kind.category,
            "category_name": kind.category_name,
            "activity_id": kind.activity,
            "activity_name": kind.activity_name,
            "type_uid": kind.uid * 100 + kind.activity,
            "type_name": f"{kind.name}: {'Other' if kind.activity == OTHER else kind.activity_name}",
            "severity_id": severity,
            "severity": _SEVERITIES[severity],
            "time": milliseconds(at),
            "metadata": filled(
                {
                    "version": VERSION,
                    "product": filled(product),
                    "uid": uid,
                    "correlation_uid": line(about.scan.scan.id, 200),
                    "original_time": line(about.scan.scan.started, 60),
                }
            ),
            **body,
        }
    )


def device_object(device: Device, about: Context) -> Json:
    """The device. ``is_compliant`` is never set: nobody can say that of a device from a network."""
    asset = device.asset
    heard = seen(asset, about.when)
    maker = named(asset, Role.MAKER)
    kind_id, kind = _kind(asset.kind)
    ip, mac = address(asset.address), hardware_address(asset.mac)
    others = [
        {"ip": other}
        for other in (address(text) for text in asset.addresses)
        if other is not None and other != ip
    ]
    return filled(
        {
            "uid": line(device.key, 200),
            "name": line(title_of(asset, about.names), 200),
            "type_id": kind_id,
            "type": kind,
            "ip": ip,
            "mac": mac,
            "hostname": line(asset.hostname, 255),
            "vendor_name": line(asset.brand and about.names.get(asset.brand, asset.brand), 200),
            "model": line(asset.model, 200),
            "hw_info": filled(
                {
                    "vendor_name": maker and line(about.names.get(maker.vendor, maker.vendor), 200),
                    "serial_number": line(asset.serial, 200),
                }
            ),
            "os": {
                "name": "firmware",
                "type_id": 99,
                "type": "firmware",
                "version": line(asset.firmware, 200),
            }
            if line(asset.firmware)
            else None,
            "network_interfaces": [filled({"ip": ip, "mac": mac}), *others]
            if ip and others
            else [],
            "first_seen_time": milliseconds(heard.start),
            "last_seen_time": milliseconds(heard.end),
        }
    )


def observables(device: Device) -> list[Json]:
    """Addresses and serial number, as other tools look for them."""
    asset = device.asset
    found = [
        ("device.ip", "ip", address(asset.address)),
        ("device.mac", "mac", hardware_address(asset.mac)),
        ("device.hostname", "hostname", line(asset.hostname, 255)),
        ("device.hw_info.serial_number", "serial", line(asset.serial, 200)),
    ]
    return [
        {
            "name": name,
            "type_id": _OBSERVABLES[kind][0],
            "type": _OBSERVABLES[kind][1],
            "value": value,
        }
        for name, kind, value in found
        if value is not None
    ]


def where(device: Device) -> str:
    """The address for a message, or what stands for it."""
    found = address(device.asset.address)
    return str(ip_address(found)) if found else line(device.asset.address or device.key, 80) or "?"


def event_uid(about: Context, *parts: str) -> str:
    """The UUID of an event of this scan."""
    return identifier("ocsf", about.scan.scan.id, *parts)


def _kind(kind: Kind) -> tuple[int, str]:
    if kind in VIDEO_KINDS:
        return 7, "IOT"
    if kind is Kind.UNKNOWN:
        return 0, "Unknown"
    return 99, kind.value

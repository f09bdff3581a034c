"""Take addresses, MACs, serials or names out of a scan, the same way throughout.

Every text of the document is rewritten by one mapping, so that what belonged together still does:
an asset's id, its MAC, the evidence that cites it and the raw reply all show the same stand-in.
The makers' part of a MAC (its first three bytes) and the front of a serial stay: they are evidence.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, cast

import msgspec

from auditor.model.document import ALSO_AT, Asset, Scan
from auditor.model.errors import Malformed, UsageError
from auditor.model.signals import SIGNALS, Shape
from auditor.wire.flatten import flatten

KINDS: Final = ("macs", "serials", "names", "addresses")
"""In the order in which they are taken out."""

_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_MAC = re.compile(
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HEX_TAIL: Final = 6
_SERIAL_TAIL: Final = 6
_SHORT: Final = 4
_STAND_IN_V4 = ipaddress.ip_network("198.18.0.0/15")  # RFC 2544: belongs to no network in use
_STAND_IN_V6 = ipaddress.ip_network("2001:db8::/32")  # RFC 3849
_NAME_FIELDS: Final = ("hostname",)
_NAME_SIGNALS: Final = ("hostname", "snmp.sysname")
_GONE: Final = "[redacted]"

_Swap = Callable[[str], str]


def redact(scan: Scan, kinds: Iterable[str]) -> Scan:
    """The scan without what ``kinds`` name; marked as redacted in its header.

    Args:
        scan: as it is.
        kinds: of ``KINDS``.

    Raises:
        UsageError: an unknown kind.
    """
    wanted = tuple(kind for kind in KINDS if kind in set(kinds))
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise UsageError(f"--redact {', '.join(unknown)}: not one of {', '.join(KINDS)}")
    wanted = tuple(kind for kind in wanted if kind not in scan.scan.redacted)
    if not wanted:
        return scan
    for kind in wanted:
        scan = _without(scan, kind)
    header = replace(
        scan.scan,
        redacted=tuple(dict.fromkeys((*scan.scan.redacted, *wanted))),
        site=_GONE if scan.scan.site and "names" in wanted else scan.scan.site,
    )
    note = (
        f"Redacted for sharing: {', '.join(wanted)}. Stand-ins are the same throughout;"
        " judging this document again may find less."
    )
    coverage = replace(scan.coverage, notes=(*scan.coverage.notes, note))
    return replace(scan, scan=header, coverage=coverage)


def _without(scan: Scan, kind: str) -> Scan:
    swap = _SWAPS[kind](scan)
    whole = replace(scan, assets=tuple(scan.assets))  # they may lie on the disk
    raw = msgspec.json.decode(msgspec.json.encode(whole))  # lists and dicts, fit to be rewritten
    fixed = {key: raw.pop(key) for key in ("law", "vendors", "schema")}
    if kind != "names":
        _drop_binary(raw["assets"])
        _drop_binary(raw["coverage"]["out_of_scope"])
    if kind == "addresses":
        _ranges(raw)
    return msgspec.convert(cast("dict[str, Any]", _walk(raw, swap)) | fixed, Scan)


def _walk(value: object, swap: _Swap) -> object:
    if isinstance(value, str):
        return swap(value)
    if isinstance(value, list):
        return [_walk(item, swap) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, swap) for key, item in value.items()}
    return value


def _family(assets: Iterable[Asset]) -> Iterator[Asset]:
    for asset in assets:
        yield asset
        yield from _family(asset.children)


class _Addresses:
    """Addresses of the scope, of private networks, of known hosts and in links get stand-ins."""

    def __init__(self, scan: Scan) -> None:
        self._given: dict[str, str] = {}
        self._known = {
            a for asset in _family(scan.assets) for a in (asset.address, *asset.addresses)
        }
        self._known |= {item.address for item in scan.coverage.out_of_scope}
        self._known |= {item.address for item in scan.coverage.not_assessed}
        self._known |= {
            note.removeprefix(ALSO_AT).partition(" ")[0]
            for asset in scan.assets
            for note in asset.notes
            if note.startswith(ALSO_AT)
        }

    def __call__(self, text: str) -> str:
        if ":" in text:
            text = _IPV6.sub(self._six, text)
        return _IPV4.sub(self._four, text) if "." in text else text

    def _four(self, match: re.Match[str]) -> str:
        try:
            address = ipaddress.IPv4Address(match[0])
        except ValueError:
            return match[0]
        linked = match.string[max(0, match.start() - 3) : match.start()] == "://"
        if match[0] not in self._known:
            inside = address.is_private and not (address.is_loopback or address.is_unspecified)
            if not (linked or inside) or address in _STAND_IN_V4:
                return match[0]
        return self._stand_in(match[0], _STAND_IN_V4)

    def _six(self, match: re.Match[str]) -> str:
        try:
            address = ipaddress.IPv6Address(match[0])
        except ValueError:
            return match[0]
        if address.is_unspecified or address.is_loopback or address in _STAND_IN_V6:
            return match[0]
        return self._stand_in(str(address), _STAND_IN_V6)

    def _stand_in(self, text: str, net: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
        if text not in self._given:
            self._given[text] = str(net[len(self._given) + 1])
        return self._given[text]


class _Macs:
    """MACs keep their first three bytes; the rest is numbered, in whatever form they are written."""

    def __init__(self, scan: Scan) -> None:
        self._given: dict[str, str] = {}
        macs = {asset.mac for asset in _family(scan.assets) if asset.mac}
        macs |= {o.value for a in _family(scan.assets) for o in a.observations if o.signal == "mac"}
        for mac in sorted(macs):
            self._stand_in(_bare(mac))
        tails = {bare[-_HEX_TAIL:]: new[-_HEX_TAIL:] for bare, new in self._given.items()}
        self._tails = tails
        self._tail = (
            re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(tails)})(?![0-9A-Za-z])", re.IGNORECASE)
            if tails
            else None
        )

    def __call__(self, text: str) -> str:
        if len(text) < _HEX_TAIL:
            return text
        text = _MAC.sub(self._whole, text)
        return self._tail.sub(self._end, text) if self._tail else text

    def _whole(self, match: re.Match[str]) -> str:
        bare = _bare(match[0])
        if not match[1] and bare not in self._given:
            return match[0]  # twelve hex digits that no device of this scan has
        new = self._stand_in(bare)
        new = match[1].join(new[i : i + 2] for i in range(0, 12, 2)) if match[1] else new
        return new.upper() if match[0] == match[0].upper() else new

    def _end(self, match: re.Match[str]) -> str:
        new = self._tails[match[0].lower()]
        return new.upper() if match[0] == match[0].upper() else new

    def _stand_in(self, bare: str) -> str:
        if bare in self._given.values():
            return bare
        if bare not in self._given:
            self._given[bare] = f"{bare[:6]}{len(self._given) + 1:06x}"
        return self._given[bare]


def _bare(mac: str) -> str:
    return mac.replace(":", "").replace("-", "").lower()


def _serials(scan: Scan) -> _Swap:
    found: set[str] = set()
    for asset in _family(scan.assets):
        if asset.serial:
            found.add(asset.serial)
        for one in asset.observations:
            if one.signal.rpartition(".")[2] == "serial":
                found.add(one.value)
        for attribution in asset.attributions:
            cited = (*attribution.because, *attribution.against)
            found |= {e.value for e in cited if e.signal.rpartition(".")[2] == "serial"}
    found |= _told_by_recorders(scan, "serial")
    table = {}
    for number, serial in enumerate(sorted(s for s in found if len(s) >= _SHORT), 1):
        keep = len(serial) - _SERIAL_TAIL if len(serial) > 2 * _SERIAL_TAIL else 0
        width = len(serial) - keep
        table[serial] = f"{serial[:keep]}{number:0{width}d}"
    uuids = {
        u for a in _family(scan.assets) for o in a.observations for u in _UUID.findall(o.value)
    }
    for number, uuid in enumerate(sorted(uuids), 1):
        table[uuid] = f"{uuid[:-_SERIAL_TAIL]}{number:0{_SERIAL_TAIL}x}"
    return _table_swap(table)


def _names(scan: Scan) -> _Swap:
    found = {getattr(asset, f) for asset in _family(scan.assets) for f in _NAME_FIELDS}
    found |= {
        o.value for a in _family(scan.assets) for o in a.observations if o.signal in _NAME_SIGNALS
    }
    found |= _told_by_recorders(scan, "name")
    if scan.scan.site:
        found.add(scan.scan.site)
    found -= {label for a in _family(scan.assets) for label in (a.brand, a.model)}
    plain = sorted(name for name in found if name and len(name) >= _SHORT)
    return _table_swap({name: f"name-{number}" for number, name in enumerate(plain, 1)})


def _told_by_recorders(scan: Scan, field: str) -> set[str]:
    """What recorders tell of cameras that may not be children: they were found by themselves."""
    found: set[str] = set()
    for asset in _family(scan.assets):
        for one in asset.observations:
            if one.signal in {"recorder.channels", "recorder.channel"}:
                with suppress(Malformed):
                    found.update(flatten(one.signal, one.value).get(field, ()))
    return found


def _table_swap(table: dict[str, str]) -> _Swap:
    if not table:
        return lambda text: text
    longest_first = sorted(table, key=lambda key: (-len(key), key))
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: pattern.sub(lambda match: table[match[0]], text)


def _drop_binary(holders: list[dict[str, Any]]) -> None:
    """Binary replies hold addresses and serials as bytes; they are left out whole."""
    for holder in holders:
        for row in holder["observations"]:
            if SIGNALS[row["signal"]].shape is Shape.HEX:
                row["value"] = ""
        for attribution in holder.get("attributions", []):
            for row in (*attribution["because"], *attribution["against"]):
                if SIGNALS[row["signal"]].shape is Shape.HEX:
                    row["value"] = ""
        _drop_binary(holder.get("children", []))


def _ranges(raw: dict[str, Any]) -> None:
    """Scope, exclusions and the ledger name whole networks: only their sizes stay."""
    for key in ("scope", "exclude"):
        raw["scan"][key] = [_sized(text) for text in raw["scan"][key]]
    ledger = raw["coverage"]["ledger"]
    for key, value in ledger.items():
        if isinstance(value, list) and value:
            ledger[key] = [f"{len(value)} ranges, redacted"]


def _sized(text: str) -> str:
    return f"{_GONE}/{text.rpartition('/')[2]}" if "/" in text else _GONE


_SWAPS: Final[dict[str, Callable[[Scan], _Swap]]] = {
    "macs": _Macs,
    "serials": _serials,
    "names": _names,
    "addresses": _Addresses,
}

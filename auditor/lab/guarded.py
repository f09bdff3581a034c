"""Personas with a password: an ordinary persona, and what a login opens on it.

An overlay (one TOML file of ``guarded_personas/``) names its base and its *families*: groups of
replies that stand in ``families.toml`` once for every device that gives them. The ordinary fleet
does not hold these devices, since without a password they look like their base.
"""

import copy
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from auditor.lab import persona as room
from auditor.lab.persona import Persona, Table
from auditor.model.errors import UsageError

FOLDER: Final = Path(__file__).parent / "guarded_personas"
USER: Final = "inventory"
PASSWORD: Final = "Pa55-of-the-lab"  # noqa: S105 - of simulated devices
_FAMILIES: Final = "families.toml"
_WEB: Final = frozenset({"http", "https", "onvif"})
_HEADERS: Final = (["Content-Length", "{length}"], ["Connection", "close"])
_MOST_REPEATS: Final = 256
_MAKING: Final = frozenset({"each", "between", "count", "type"})

_Dict = dict[str, object]


def load(folder: Path = FOLDER) -> dict[str, Persona]:
    """All guarded personas of a folder by id, sorted.

    Raises:
        UsageError: a file is broken, or the folder holds none.
    """
    names = sorted(path for path in folder.glob("*.toml") if path.name != _FAMILIES)
    found = {path.stem: read(path) for path in names}
    if not found:
        raise UsageError(f"{folder}: no persona here")
    return found


def read(path: Path) -> Persona:
    """Read one overlay and put it on its base.

    Raises:
        UsageError: not TOML, not the shape of an overlay, or the base does not exist.
    """
    overlay = _toml(path)
    top = Table(overlay, path.name)
    base = room.FOLDER / f"{top.text('base')}.toml"
    raw = _toml(base)
    raw["id"] = path.stem
    raw["title"] = top.text("title")
    for key in ("provenance", "expect", "words"):
        raw[key] = {**_dict(raw.get(key, {})), **top.table(key).data}
    raw["serial"] = top.text("serial", str(raw["serial"]))
    raw["mac"] = _own_mac(Table(raw, path.name))
    raw["words"] = _with_parts(_dict(raw["words"]))
    raw["service"] = _services(raw, top, path.parent)
    return room.shaped(Table(raw, path.name))


def _services(raw: Mapping[str, object], top: Table, folder: Path) -> list[_Dict]:
    services = [copy.deepcopy(_dict(one)) for one in cast("list[object]", raw["service"])]
    gone = top.texts("drop", ())
    services = [one for one in services if one["proto"] not in gone]
    if top.flag("tls_only", default=False):
        services = _behind_tls(services)
    routes, operations = _behind(top, folder)
    hidden = set(top.texts("hide", ()))
    login = {"user": USER, "password": PASSWORD, "nonce": "{hex32}", **top.table("login").data}
    for one in services:
        if one["proto"] not in _WEB:
            continue
        one["login"] = {**login, **_dict(one.get("login", {}))}
        one.update(top.table("web").data)
        if one["proto"] == "onvif":
            one["behind"] = operations
            one["paths"] = ["/onvif/device_service", "/onvif/Media", "/onvif/media_service"]
            continue
        kept = [_dict(r) for r in cast("list[object]", one.get("route", []))]
        one["route"] = [*routes, *(r for r in kept if r["path"] not in hidden)]
    return services


def _behind(top: Table, folder: Path) -> tuple[list[_Dict], _Dict]:
    """Routes and ONVIF operations that a login opens: of the families, and of the overlay."""
    families = Table(_toml(folder / _FAMILIES), _FAMILIES)
    routes: list[_Dict] = []
    operations: _Dict = {}
    for name in top.texts("families"):
        if not families.has(name):
            raise UsageError(f"{top.where}: families: no family {name!r} in {_FAMILIES}")
        family = families.table(name)
        routes += [_route(one) for one in family.tables("route")]
        operations |= family.table("operation").data
    own = [_route(one) for one in top.tables("route")]
    paths = {one["path"] for one in own}
    routes = [*own, *(one for one in routes if one["path"] not in paths)]
    return routes, operations | dict(top.table("operation").data)


def _route(table: Table) -> _Dict:
    """A route behind the login, its repeated part written out."""
    told = {key: item for key, item in table.data.items() if key not in _MAKING}
    data: _Dict = {"login": True, **told}
    body = table.text("body", "")
    if table.has("each"):
        count = table.number("count")
        if not 0 < count <= _MOST_REPEATS:
            raise UsageError(f"{table.where}: count: 1 to {_MOST_REPEATS}")
        parts = (_numbered(table.text("each"), at) for at in range(1, count + 1))
        body = body.replace("{each}", table.text("between", "").join(parts))
    data["body"] = body
    kind = table.text("type", "application/xml")
    framing = ["Transfer-Encoding", "chunked"] if table.flag("chunked", default=False) else None
    rest = [framing, _HEADERS[1]] if framing else list(_HEADERS)
    data.setdefault("headers", [["Content-Type", kind], *rest])
    return data


def _numbered(text: str, number: int) -> str:
    """One repeat: ``{i}`` from 1, ``{i0}`` from 0, ``{ii}`` with two digits, ``{ix}`` two hex."""
    words = {
        "{i}": str(number),
        "{i0}": str(number - 1),
        "{ii}": f"{number:02}",
        "{ix}": f"{number:02x}",
    }
    for sign, word in words.items():
        text = text.replace(sign, word)
    return text


def _behind_tls(services: list[_Dict]) -> list[_Dict]:
    """No plain web server: what it served, and ONVIF, stands at port 443."""
    plain = next((one for one in services if one["proto"] == "http"), None)
    kept = [one for one in services if one["proto"] != "http"]
    if plain is not None and not any(one["proto"] == "https" for one in kept):
        subject = [["CN", "{address}"]]
        secure = {**plain, "proto": "https", "port": 443, "certificate": {"subject": subject}}
        kept.insert(0, secure)
    for one in kept:
        if one["proto"] == "onvif":
            one["port"] = 443
    return kept


def _with_parts(words: _Dict) -> _Dict:
    """The two halves of a firmware text that a family tells in two fields."""
    number, _, build = str(words.get("firmware", "")).partition(" build ")
    parts: _Dict = {"firmware_number": number, "firmware_build": f"build {build}" if build else ""}
    return {**parts, **words}


def _own_mac(base: Table) -> str:
    """A MAC in the block of the base, so that both can stand in one fleet."""
    bits = 48 - base.number("mac_bits", 24)
    tail = int.from_bytes(hashlib.sha256(base.text("id").encode()).digest()) % (1 << bits)
    front = int(base.text("mac").replace(":", ""), 16) >> bits << bits
    return (front | tail).to_bytes(6).hex(":")


def _toml(path: Path) -> _Dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name}: {error}") from None


def _dict(value: object) -> _Dict:
    return dict(cast("Mapping[str, object]", value))

"""Personas: how one kind of device answers, read from a TOML file and checked for shape."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from auditor.model.errors import UsageError
from auditor.model.words import Grade, Kind

FOLDER: Final = Path(__file__).parent / "personas"
ORIGINS: Final = frozenset({"recorded", "documented", "constructed"})
HEADLINES: Final = frozenset({"covered", "not_covered", "indeterminate", "outside", "unidentified"})
TCP: Final = frozenset({"http", "https", "onvif", "rtsp", "tcp-sdk"})


@dataclass(frozen=True, slots=True)
class Table:
    """A TOML table with typed reading; a wrong type is an error that names the place."""

    data: Mapping[str, object]
    where: str

    def _bad(self, key: str, want: str) -> UsageError:
        return UsageError(f"{self.where}: {key}: expected {want}")

    def has(self, key: str) -> bool:
        """Whether the key is present."""
        return key in self.data

    def text(self, key: str, default: str | None = None) -> str:
        """A string.

        Raises:
            UsageError: absent without a default, or not a string.
        """
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self._bad(key, "a string")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number; raises UsageError as :meth:`text` does."""
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._bad(key, "a whole number")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean; raises UsageError as :meth:`text` does."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self._bad(key, "true or false")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of strings; raises UsageError as :meth:`text` does."""
        value = self.data.get(key, None if default is None else list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._bad(key, "a list of strings")
        return tuple(value)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A list of [name, value], in order; empty when absent.

        Raises:
            UsageError: not a list of pairs of strings.
        """
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self._bad(key, "a list of [name, value]")
        found = []
        for item in value:
            if not isinstance(item, list) or [type(cell) for cell in item] != [str, str]:
                raise self._bad(key, "a list of [name, value]")
            found.append((str(item[0]), str(item[1])))
        return tuple(found)

    def table(self, key: str) -> "Table":
        """A sub-table; empty when absent.

        Raises:
            UsageError: not a table.
        """
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self._bad(key, "a table")
        return Table(value, f"{self.where}.{key}")

    def tables(self, key: str) -> tuple["Table", ...]:
        """A list of tables; empty when absent.

        Raises:
            UsageError: not a list of tables.
        """
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._bad(key, "a list of tables")
        return tuple(Table(item, f"{self.where}.{key}[{at}]") for at, item in enumerate(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """The truth about a persona, for tests: what a careful human would write in the report.

    Attributes:
        maker: vendor id of who built it; empty when it is no video equipment.
        brand: vendor id of the label; empty when there is none.
        platform: vendor id of whose firmware it runs; may be empty.
        kind: what it is.
        headline: worst counted outcome under the policy ``us-procurement``, or ``outside`` or
            ``unidentified``.
        accept: further headlines that a careful tool may give, because the wire shows no more.
        grade: the least grade of the maker, on an attached network; None when none is due.
        notes: configuration findings that must be reported, such as ``factory-state``.
        children: kinds of the devices that stand behind it.
    """

    maker: str
    brand: str
    platform: str
    kind: Kind
    headline: str
    accept: frozenset[str]
    grade: Grade | None
    notes: tuple[str, ...]
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """How one kind of device answers.

    Attributes:
        id: stable, equal to the file name.
        title: one line for people.
        expect: the truth about it.
        origin: ``recorded``, ``documented`` or ``constructed``.
        source: where the replies come from, in words.
        mac: hardware address of the first instance, colon form.
        mac_bits: how many leading bits further instances keep (the registered block).
        serial: serial pattern: ``#`` digit, ``@`` letter, ``%`` hex digit.
        words: further names for templates (``model``, ``firmware`` …).
        most: concurrent TCP connections that it bears; 0 for no limit.
        reboot: seconds for which it is gone when there are more than that; 0 for a device that
            only drops the one connection too many.
        slow: seconds that each connection of the last second adds to every answer.
        services: raw service tables.
    """

    id: str
    title: str
    expect: Expect
    origin: str
    source: str
    mac: str
    mac_bits: int
    serial: str
    words: Mapping[str, str]
    most: int
    reboot: float = 0.0
    slow: float = 0.0
    services: tuple[Table, ...] = field(default=())

    @property
    def ports(self) -> frozenset[int]:
        """The TCP ports that it opens, unmapped."""
        return frozenset(s.number("port") for s in self.services if s.text("proto") in TCP)


def _expect(table: Table) -> Expect:
    headline = table.text("headline")
    accept = frozenset(table.texts("accept", ()))
    if unknown := ({headline} | accept) - HEADLINES:
        raise UsageError(f"{table.where}: headline: unknown {sorted(unknown)}")
    try:
        kind = Kind(table.text("kind"))
        grade = Grade(table.text("grade")) if table.text("grade") else None
    except ValueError as error:
        raise UsageError(f"{table.where}: {error}") from None
    return Expect(
        maker=table.text("maker"),
        brand=table.text("brand"),
        platform=table.text("platform"),
        kind=kind,
        headline=headline,
        accept=accept | {headline},
        grade=grade,
        notes=table.texts("notes", ()),
        children=table.texts("children", ()),
    )


def read(path: Path) -> Persona:
    """Read one persona.

    Raises:
        UsageError: not TOML, or not the shape of a persona; names the file and the key.
    """
    try:
        top = Table(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name}: {error}") from None
    if top.text("id") != path.stem:
        raise UsageError(f"{path.name}: id: expected {path.stem!r}")
    return shaped(top)


def shaped(top: Table) -> Persona:
    """A persona from its table.

    Raises:
        UsageError: not the shape of a persona; names the file and the key.
    """
    provenance = top.table("provenance")
    if provenance.text("origin") not in ORIGINS:
        raise UsageError(f"{top.where}: provenance.origin: expected one of {sorted(ORIGINS)}")
    words = top.table("words")
    return Persona(
        id=top.text("id"),
        title=top.text("title"),
        expect=_expect(top.table("expect")),
        origin=provenance.text("origin"),
        source=provenance.text("source"),
        mac=top.text("mac").lower(),
        mac_bits=top.number("mac_bits", 24),
        serial=top.text("serial"),
        words={key: words.text(key) for key in words.data},
        most=top.number("most_connections", 0),
        reboot=top.number("reboot_ms", 0) / 1000,
        slow=top.number("slow_ms", 0) / 1000,
        services=top.tables("service"),
    )


def load(folder: Path = FOLDER) -> dict[str, Persona]:
    """All personas of a folder by id, sorted.

    Raises:
        UsageError: a file is broken, or the folder holds none.
    """
    found = {path.stem: read(path) for path in sorted(folder.glob("*.toml"))}
    if not found:
        raise UsageError(f"{folder}: no persona here")
    return found

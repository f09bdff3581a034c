"""A law of our own that reaches one maker from a given day on, as an overlay."""

from datetime import date
from pathlib import Path

_REGIME = """
id = "night-law"
name = "Ordinance of the thirtieth night"
authority = "Nobody"
jurisdiction = "XX-test"
citation = ["s.1"]
status = "in force"
restricts = ["procurement-state"]
affiliates = "listed-only"
component_use = "no"
reaches = ["maker"]
finding_class = "prohibited-if-profile"
applies_if = ["night-office"]
evidence_as_of = 2026-11-01
review_days = 3650
code = "P"
source = "night-source"
meaning = "Restricts what the offices of the night may buy."
limits = ["It is invented."]

[[part]]
date = {day}
what = "offices may not buy cameras of the named companies"
"""
_LISTING = """entity,vendor,name_verbatim,equipment,kinds,purpose_limit,added,added_approx,effective,removed,cite,source,code,note
{entity},{vendor},{name},cameras,camera|recorder,,2025-10-01,no,{day},,s.1,night-source,P,invented
"""
_POLICY = """id = "night-policy"
name = "Offices of the night"
regimes = ["us-ndaa-889", "night-law"]
"""
_SOURCES = """["night-source"]
title = "Ordinance of the thirtieth night (invented)"
publisher = "Nobody"
url = "https://example.org/night"
code = "P"
"""


def write(folder: Path, day: date, *, entity: str, vendor: str) -> Path:
    """Write the overlay; the policy ``night-policy`` names the law."""
    law = folder / "regimes" / "night-law"
    law.mkdir(parents=True)
    (folder / "policies").mkdir()
    (law / "regime.toml").write_text(_REGIME.format(day=day.isoformat()))
    (law / "listings.csv").write_text(
        _LISTING.format(entity=entity, vendor=vendor, name=vendor, day=day.isoformat())
    )
    (folder / "policies" / "night-policy.toml").write_text(_POLICY)
    (folder / "sources.toml").write_text(_SOURCES)
    return folder

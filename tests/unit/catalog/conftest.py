"""A small database, and places of its own for each test."""

from pathlib import Path

import pytest

ACME = """#:schema ../schema/vendor.schema.json
id = "acme"
name = "Acme"
builds = "all"

[oem_codes]
ZZ = "acme"

[[entities]]
id = "acme-usa"
name = "Acme USA Inc."

[[relation]]
child = "acme-usa"
parent = "acme"
kind = "owns"
since = 2019-02-03
share = 51.5
source = "acme-manual"
code = "P"

[[oui]]
owner = '^ACME INC'
names = ["Acme, Inc."]
claims = { role = "maker" }
strength = "strong"
sources = ["acme-manual"]

[[fingerprint]]
id = "acme.http-server.word"
signal = "http.server"
pattern = '^Acme-(?P<model>Cam)-Server$'
all = ['Cam']
none = ['Shop']
ignorecase = true
claims = [{ role = "maker" }, { role = "platform" }]
strength = "strong"
kind = "camera"
sources = ["acme-manual"]
examples = [ { value = "Acme-Cam-Server", gives = { model = "Cam" } } ]
counterexamples = [ { value = "Acme", why = "a shop of that name" } ]
"""
REGIME = """#:schema ../../schema/regime.schema.json
id = "law"
name = "Law"
authority = "x"
jurisdiction = "x"
citation = ["x"]
status = "in force"
restricts = []
affiliates = "yes"
component_use = "no"
finding_class = "market-access"
applies_if = ["b", "a"]
evidence_as_of = 2026-11-01
reaches = ["maker", "platform", "brand"]
code = "P"
source = "acme-manual"
meaning = "x"
suspended = { from = 2026-01-01, to = 2026-02-01 }

[[part]]
date = 2020-01-01
what = "x"
"""
LISTINGS = (
    "entity,vendor,name_verbatim,equipment,kinds,purpose_limit,added,added_approx,effective,removed,"
    "cite,source,code,note\n"
    "acme,acme,Acme Inc.,x,camera|recorder|other,,2020-01-01,no,2020-03-01,,x,acme-manual,P,\n"
    "acme-usa,acme,Acme USA Inc.,x,any,,2019-01-01,yes,,2021-01-01,x,acme-manual,S,gone\n"
)
BRANDS = (
    "brand,name,aliases,owner,country,maker,extent,models,since,until,confidence,verified,source,note\n"
    "seller,Seller,Sell|Sells,,US,acme,some,^S-\\d+,2020-01-01,,B,yes,acme-manual,\n"
)
FILES = {
    "db.toml": 'version = "5"\nschema = 1\nreleased = 2026-01-01\n',
    "sources.toml": '["acme-manual"]\ntitle = "Acme manual"\ncode = "P"\nretrieved = 2026-01-01\n',
    "vendors/acme.toml": ACME,
    "kinds.toml": '[[fingerprint]]\nid = "kind.printer"\nsignal = "http.server"\npattern = "^Print"\n'
    'kind = "other"\nstrength = "strong"\nsources = ["acme-manual"]\n'
    'examples = [{ value = "Printer" }]\ncounterexamples = [{ value = "x" }]\n',
    "brands.csv": BRANDS,
    "oui_restricted.csv": 'prefix,bits,organisation,entity\n28AB01,24,"Acme, Inc.",acme\n',
    "regimes/law/regime.toml": REGIME,
    "regimes/law/listings.csv": LISTINGS,
    "policies/all.toml": 'id = "all"\nname = "All"\nregimes = ["law"]\n',
}


def write(root: Path, **changes: str) -> Path:
    """A database of `FILES`; `vendors__acme_toml="…"` changes one of them."""
    for name, text in FILES.items():
        key = name.replace("/", "__").replace(".", "_")
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changes.get(key, text), encoding="utf-8")
    return root


@pytest.fixture
def small(tmp_path) -> Path:
    """A small database that has no complaint."""
    return write(tmp_path / "db")


@pytest.fixture
def cache(tmp_path) -> Path:
    """Where a user's cache would be; not there yet."""
    return tmp_path / "cache" / "auditor"


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    """Nothing of this machine's user is read or written."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg-cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg-config"))
    monkeypatch.setattr("auditor.catalog.updates.SYSTEM", tmp_path / "system")

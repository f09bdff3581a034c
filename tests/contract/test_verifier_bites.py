"""Each check of `audit db verify` has a planted error that it must find."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.catalog.load import load
from auditor.catalog.locate import home
from auditor.catalog.verify import CHECKS, verify
from auditor.model.errors import CatalogError

DAY = date(2026, 11, 22)
GOOD = """
id = "acme"
name = "Acme"
builds = "all"

[[fingerprint]]
id = "acme.http-server.word"
signal = "http.server"
pattern = '^Acme-Cam-Server$'
claims = { role = "maker" }
strength = "strong"
sources = ["acme-manual"]
examples = [ { value = "Acme-Cam-Server" } ]
counterexamples = [ { value = "Acme", why = "a shop of that name" } ]
"""


def db(tmp_path: Path, vendor: str = GOOD, **files: str) -> Path:
    """A small database with one vendor and what the test adds."""
    root = tmp_path / "db"
    (root / "vendors").mkdir(parents=True)
    (root / "db.toml").write_text('version = "1"\nschema = 1\nreleased = 2026-01-01\n')
    (root / "sources.toml").write_text(
        '["acme-manual"]\ntitle = "Acme manual"\ncode = "P"\n'
        '["unattributed-capture"]\ntitle = "a capture"\ncode = "W"\n'
        '["memory"]\ntitle = "memory"\ncode = "M"\n'
    )
    (root / "vendors" / "acme.toml").write_text(vendor)
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def complaints(root: Path) -> set[str]:
    return {item.check for item in verify(load(base=root), DAY)}


def test_the_good_database_has_no_complaint(tmp_path):
    assert complaints(db(tmp_path)) == set()


OTHER = GOOD.replace("acme", "other").replace("Acme", "Other")
REGIME = """
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
applies_if = []
evidence_as_of = 2026-11-01
code = "P"
source = "acme-manual"
meaning = "x"
"""
HEAD = (
    "entity,vendor,name_verbatim,equipment,kinds,purpose_limit,added,added_approx,effective,removed,"
    "cite,source,code,note\n"
)

PLANTED = {
    "unique": {"vendor": GOOD.replace('id = "acme.http', 'id = "zzz.http')},
    "examples": {"vendor": GOOD.replace('value = "Acme-Cam-Server"', 'value = "Nothing"')},
    "gives": {
        "vendor": GOOD.replace("^Acme-Cam-Server$", "^Acme-(?P<model>Cam)-Server$").replace(
            '{ value = "Acme-Cam-Server" }',
            '{ value = "Acme-Cam-Server", gives = { model = "Dome" } }',
        )
    },
    "counterexamples": {
        "vendor": GOOD.replace(
            'counterexamples = [ { value = "Acme", why = "a shop of that name" } ]', ""
        )
    },
    "cross-fire": {"vendors__other.toml": OTHER.replace("^Other-Cam-Server$", "^.*-Cam-Server$")},
    "anchored": {"vendor": GOOD.replace("^Acme-Cam-Server$", "Acme-Cam-Server$")},
    "bounded": {
        "vendor": GOOD.replace("^Acme-Cam-Server$", "^(A[a-z-]+)+Cam-Server$").replace(
            "^(A", "^(?:A"
        )
    },
    "field": {"vendor": GOOD.replace("strength =", 'field = "x"\nstrength =')},
    "references": {"vendor": GOOD.replace('["acme-manual"]', '["nowhere"]')},
    "oui": {
        "vendor": GOOD
        + '[[oui]]\nowner = "^OTHER"\nnames = ["Acme Inc."]\nclaims = { role = "maker" }\n'
        'strength = "strong"\nsources = ["acme-manual"]\n'
    },
    "captures": {"vendor": GOOD.replace('["acme-manual"]', '["unattributed-capture"]')},
    "dates": {
        "regimes__law__regime.toml": REGIME,
        "regimes__law__listings.csv": HEAD
        + "acme,acme,Acme,x,any,,2020-01-01,no,,,x,acme-manual,P,\n"
        + "acme,acme,Acme,x,any,,2021-01-01,no,,,x,acme-manual,P,\n",
    },
    "stale": {
        "regimes__law__regime.toml": REGIME.replace("2026-11-01", "2020-11-01"),
    },
}


@pytest.mark.parametrize("check", sorted(PLANTED))
def test_a_planted_error_is_found(tmp_path, check):
    assert check in complaints(db(tmp_path, **PLANTED[check]))


def test_every_check_has_a_planted_error():
    assert set(CHECKS) <= set(PLANTED)


@pytest.mark.parametrize(
    ("vendor", "told"),
    [
        (GOOD.replace("builds", "bulids"), "bulids"),
        (GOOD.replace('"all"', '"maybe"'), "builds"),
        (GOOD.replace('"strong"', '"certain"'), "certain"),
        (GOOD.replace("http.server", "http.sever"), "http.sever"),
        (GOOD.replace("^Acme", "(Acme"), "does not compile"),
        (GOOD.replace('id = "acme"', 'id = "acne"'), "file name"),
        ("id = \n", "not TOML"),
    ],
)
def test_a_file_of_the_wrong_shape_names_the_place(tmp_path, vendor, told):
    with pytest.raises(CatalogError, match=re.escape(told)) as error:
        load(base=db(tmp_path, vendor))
    assert "acme.toml" in str(error.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("acme,acme,Acme,x,any,,someday,no,,,x,acme-manual,P,\n", "someday"),
        ("acme,acme,Acme,x,any,,2021-01-01,no,,2020-01-01,x,acme-manual,P,\n", "removed"),
        ("acme,acme,Acme,x,kettle,,2021-01-01,no,,,x,acme-manual,P,\n", "kettle"),
        ("acme,acme\n", "columns"),
    ],
)
def test_a_listing_of_the_wrong_shape_names_file_and_line(tmp_path, row, told):
    root = db(
        tmp_path, **{"regimes__law__regime.toml": REGIME, "regimes__law__listings.csv": HEAD + row}
    )
    with pytest.raises(CatalogError, match=told) as error:
        load(base=root)
    assert "listings.csv:2" in str(error.value)


def test_an_overlay_replaces_a_vendor_and_changes_the_digest(tmp_path):
    overlay = tmp_path / "overlay"
    (overlay / "vendors").mkdir(parents=True)
    (overlay / "vendors" / "acme.toml").write_text(GOOD.replace('name = "Acme"', 'name = "Acme 2"'))
    base = db(tmp_path)
    plain, laid = load(base=base), load((overlay,), base=base)
    assert plain.vendors["acme"].name == "Acme"
    assert laid.vendors["acme"].name == "Acme 2"
    assert plain.digest != laid.digest


def test_an_overlay_adds_and_closes_listings_without_a_fork(tmp_path):
    shipped = HEAD + "acme,acme,Acme,x,any,,2020-01-01,no,,,x,acme-manual,P,\n"
    base = db(
        tmp_path, **{"regimes__law__regime.toml": REGIME, "regimes__law__listings.csv": shipped}
    )
    overlay = tmp_path / "overlay" / "regimes" / "law"
    overlay.mkdir(parents=True)
    (overlay / "listings.csv").write_text(
        HEAD
        + "acme,acme,Acme,x,any,,2020-01-01,no,,2026-01-01,x,acme-manual,P,closed\n"
        + "acme,acme,Acme Holding,x,any,,2026-02-01,no,,,x,acme-manual,P,\n"
    )
    rows = load((tmp_path / "overlay",), base=base).regimes["law"].listings
    assert {(row.name, str(row.removed)) for row in rows} == {
        ("Acme", "2026-01-01"),
        ("Acme Holding", "None"),
    }
    (overlay.parent / "unknown").mkdir()
    (overlay.parent / "unknown" / "listings.csv").write_text(HEAD)
    with pytest.raises(CatalogError, match="unknown"):
        load((tmp_path / "overlay",), base=base)


def test_the_shipped_database_is_clean():
    errors = [item for item in verify(load(), DAY) if not item.warning]
    assert errors == []


def test_a_missing_database_is_one_clear_error(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(home(), copy)
    (copy / "db.toml").unlink()
    with pytest.raises(CatalogError, match=r"db\.toml"):
        load(base=copy)


def test_stale_regimes_are_warnings(tmp_path):
    found = verify(load(base=db(tmp_path, **PLANTED["stale"])), DAY)
    assert [item.warning for item in found] == [True]
    assert replace(found[0], warning=False).check == "stale"


def test_a_row_of_an_overlay_is_cited_apart_from_the_shipped_ones(tmp_path):
    head = (
        "brand,name,aliases,owner,country,maker,extent,models,since,until,confidence,verified,"
        "source,note\n"
    )
    base = db(tmp_path, **{"brands.csv": head + "one,One,,,,acme,all,,,,A,yes,acme-manual,\n"})
    overlay = tmp_path / "mine"
    overlay.mkdir()
    (overlay / "brands.csv").write_text(head + "two,Two,,,,acme,all,,,,A,yes,acme-manual,\n")
    assert [row.cite for row in load((overlay,), base=base).brands] == [
        "brands.csv:2",
        "overlay 1 brands.csv:2",
    ]

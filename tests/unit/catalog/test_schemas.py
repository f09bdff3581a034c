"""The JSON Schemas that editors read: up to date, named in every file, and agreeing with the loader."""

import copy
import json
import os
import tomllib
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from auditor.catalog import schemas
from auditor.catalog.locate import shipped

ROOT = shipped()
KINDS = {"vendors": "vendor", "policies": "policy", "regimes": "regime"}
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.toml"))


def name_of(path: str) -> str:
    first = Path(path).parts[0]
    return KINDS.get(first, Path(path).stem)


def plain(value):
    """TOML values as an editor hands them to a JSON Schema: dates as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def faults(name: str, value: object) -> list[str]:
    return [error.message for error in Draft4Validator(schemas.schema(name)).iter_errors(value)]


def read(path: str):
    return plain(tomllib.loads((ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", schemas.FILES)
def test_the_schema_in_the_tree_is_up_to_date(name):
    written = schemas.place_of(name).read_text(encoding="utf-8")
    assert written == schemas.text(name), "run: make schemas"


def test_no_schema_is_left_over():
    assert {path.name for path in (ROOT / "schema").iterdir()} == {
        f"{name}.schema.json" for name in schemas.FILES
    }


@pytest.mark.parametrize("name", schemas.FILES)
def test_each_is_a_schema_of_draft_4_with_known_words_alone(name):
    made = schemas.schema(name)
    Draft4Validator.check_schema(made)
    assert "$defs" not in json.dumps(made)
    assert '"null"' not in json.dumps(made)


def test_every_file_names_its_schema_in_its_first_line():
    for path in FILES:
        first = (ROOT / path).read_text(encoding="utf-8").partition("\n")[0]
        relative = os.path.relpath(schemas.place_of(name_of(path)), (ROOT / path).parent)
        wanted = relative if relative.startswith(".") else f"./{relative}"
        assert first == f"#:schema {wanted}", path


def test_every_file_of_the_database_fits_its_schema():
    checkers = {name: Draft4Validator(schemas.schema(name)) for name in schemas.FILES}
    found = {
        path: error.message
        for path in FILES
        for error in checkers[name_of(path)].iter_errors(read(path))
    }
    assert found == {}


VENDOR = "vendors/hikvision.toml"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda v: v.update(bulids="all"), "bulids"),
        (lambda v: v.update(builds="maybe"), "maybe"),
        (lambda v: v.pop("name"), "name"),
        (lambda v: v["fingerprint"][0].update(signal="http.sever"), "http.sever"),
        (lambda v: v["fingerprint"][0].update(strength="certain"), "certain"),
        (lambda v: v["fingerprint"][0].update(claims={"role": "owner"}), "owner"),
        (lambda v: v["fingerprint"][0].pop("examples"), "examples"),
        (lambda v: v["relation"][0].update(kind="likes"), "likes"),
        (lambda v: v.update(aliases="Hik"), "Hik"),
    ],
)
def test_a_mistake_in_a_vendor_file_is_marked(change, told):
    value = copy.deepcopy(read(VENDOR))
    assert faults("vendor", value) == []
    change(value)
    assert told in " ".join(faults("vendor", value))


def test_a_mistake_in_a_regime_is_marked():
    value = read("regimes/us-ndaa-889/regime.toml")
    value["finding_class"] = "illegal"
    value["reaches"] = ["seller"]
    assert len(faults("regime", value)) == 2


def test_an_exemptions_file_of_the_operator_fits():
    good = {
        "exemption": [
            {"id": "e1", "regimes": ["us-ndaa-889"], "holder": "x", "document": "x", "reason": "x",
             "until": "2027-01-01", "vendors": ["hikvision"]}
        ]
    }  # fmt: skip
    assert faults("exemptions", good) == []
    assert faults("exemptions", {"exemption": [{"id": "e1"}]})


def test_the_command_writes_them(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(schemas, "shipped", lambda: tmp_path)
    assert schemas.main() == 0
    assert len(list((tmp_path / "schema").iterdir())) == len(schemas.FILES)
    assert "7 schemas" in capsys.readouterr().out

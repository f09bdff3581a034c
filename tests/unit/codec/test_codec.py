"""The document written and read: layout, old layouts, structured values, and what is refused."""

import json
from dataclasses import MISSING, fields, replace
from pathlib import Path

import msgspec
import pytest

from auditor import codec
from auditor.codec import rows
from auditor.model.document import Asset, Coverage, Foreign, Scan
from auditor.model.errors import UsageError
from auditor.model.facts import STRUCTURED, Observation
from auditor.model.jsontext import compact

SAMPLE = Path(__file__).resolve().parents[3] / "examples/sample-fleet/scan.json"


@pytest.fixture(scope="module")
def sample():
    return codec.decode(SAMPLE.read_bytes())


def seen(value, signal="dhip"):
    return Observation(signal=signal, value=value, endpoint="udp/37810")


def with_values(sample, *values):
    asset = Asset(id="a", address="10.0.0.1", observations=tuple(map(seen, values)))
    return replace(sample, assets=(asset,))


def test_each_asset_stands_on_a_line_of_its_own(sample):
    lines = codec.encode(sample).decode().splitlines()
    first = lines.index(' "assets": [') + 1
    ids = [json.loads(line.rstrip(","))["id"] for line in lines[first : first + len(sample.assets)]]
    assert ids == [asset.id for asset in sample.assets]
    assert lines[first + len(sample.assets)] == " ],"


def test_the_frame_of_the_document_is_indented(sample):
    text = codec.encode(sample).decode()
    assert text.startswith('{\n "schema": "auditor.scan/1",\n "scan": {\n  "id": ')
    assert text.endswith("\n ]\n}\n")


def test_keys_stand_in_the_order_of_the_contract(sample):
    assert list(json.loads(codec.encode(sample))) == [
        "schema", "scan", "coverage", "summary", "assets", "sent", "law", "vendors",
    ]  # fmt: skip


def test_a_document_without_assets_is_read_back(sample):
    empty = replace(sample, assets=(), law=(), vendors=())
    assert codec.decode(codec.encode(empty)) == empty


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_a_document_in_any_layout_is_the_same_document(sample, indent):
    other = json.dumps(json.loads(codec.encode(sample)), indent=indent).encode()
    assert codec.decode(other) == sample
    assert codec.encode(codec.decode(other)) == codec.encode(sample)


def test_children_and_devices_out_of_scope_are_read_back(sample):
    child = replace(sample.assets[0], id="child")
    parent = replace(sample.assets[1], children=(replace(child, children=(child,)),))
    foreign = Foreign(address="192.0.2.9", observations=(seen('{"a":[1]}'), seen("x", "banner")))
    scan = replace(
        sample, assets=(parent,), coverage=replace(sample.coverage, out_of_scope=(foreign,))
    )
    assert codec.decode(codec.encode(scan)) == scan
    assert json.loads(codec.encode(scan))["coverage"]["out_of_scope"][0]["observations"][0][
        "value"
    ] == {"a": [1]}


def test_an_asset_alone_is_written_as_inside_the_document(sample):
    line = codec.encode_asset(sample.assets[0])
    assert line in codec.encode(sample)
    assert codec.decode_asset(line) == sample.assets[0]


@pytest.mark.parametrize(
    "text",
    ['{"a":1.5e300}', "[1,2]", '{"a":"ü\\u0001"}', "{}", '{"big":123456789012345678901234567890}'],
)
def test_structured_values_stand_as_json(sample, text):
    raw = json.loads(codec.encode(with_values(sample, text)))
    assert raw["assets"][0]["observations"][0]["value"] == json.loads(text)


@pytest.mark.parametrize(
    "text", ['{"a":', '{"a":01}', "[NaN]", "[1e999]", '"text"', "5", "[" * 5000, '{"a":1}x', ""]
)
def test_broken_or_plain_values_stay_text(sample, text):
    scan = with_values(sample, text)
    data = codec.encode(scan)
    assert isinstance(json.loads(data)["assets"][0]["observations"][0]["value"], str)
    assert codec.decode(data) == scan


def test_the_same_verdicts_on_many_assets_are_written_on_each(sample):
    judged = next(asset for asset in sample.assets if asset.verdicts)
    other = next(a for a in sample.assets if a.verdicts and a.verdicts != judged.verdicts)
    scan = replace(sample, assets=(judged, other, replace(judged, id="again")))
    assert codec.decode(codec.encode(scan)) == scan


def test_reading_without_conclusions_leaves_only_them_out(sample):
    bare = codec.decode(codec.encode(sample), conclusions=False)
    wanted = tuple(replace(asset, attributions=(), verdicts=()) for asset in sample.assets)
    assert bare == replace(sample, assets=wanted)


@pytest.mark.parametrize(
    ("row", "model", "lacking"),
    [
        (rows.AssetRow, Asset, set()),
        (rows.BareAssetRow, Asset, {"attributions", "verdicts"}),
        (rows.ObservationRow, Observation, set()),
        (rows.ForeignRow, Foreign, set()),
        (rows.CoverageRow, Coverage, set()),
        (rows.ScanRow, Scan, set()),
        (rows.BareScanRow, Scan, set()),
    ],
)
def test_the_rows_mirror_the_model(row, model, lacking):
    given = {field.name: field for field in msgspec.structs.fields(row)}
    known = {field.name: field for field in fields(model)}
    assert set(given) == set(known) - lacking
    for name, field in given.items():
        if name != "schema":  # its absence must be noticed
            needed = known[name].default is MISSING and known[name].default_factory is MISSING
            assert field.required == needed, name


@pytest.mark.parametrize("value", [5, None, True])
def test_a_value_that_is_neither_text_nor_structure_is_refused(sample, value):
    raw = json.loads(codec.encode(sample))
    raw["assets"][0]["observations"][0]["value"] = value
    with pytest.raises(UsageError, match=r"not a valid auditor\.scan/1 document.*value"):
        codec.decode(json.dumps(raw).encode())


@pytest.mark.parametrize("value", ["x", {"a": 1}])
def test_an_unknown_signal_is_refused_and_the_asset_named(sample, value):
    raw = json.loads(codec.encode(sample))
    raw["assets"][1]["observations"][0] = {"signal": "made.up", "value": value}
    wanted = rf"asset {raw['assets'][1]['id']}: unknown signal 'made.up'"
    for conclusions in (True, False):
        with pytest.raises(UsageError, match=wanted):
            codec.decode(json.dumps(raw).encode(), conclusions=conclusions)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff{}", "not JSON"),
        (b"[]", "schema is 'list'"),
        (b"{}", "schema is None"),
        (b'{"schema": "auditor.scan/2"}', "schema is 'auditor.scan/2'"),
        (b'{"schema": "auditor.scan/1"}', "not a valid auditor.scan/1 document"),
        (b'{"schema": 7}', "schema is 7"),
    ],
)
def test_what_is_no_document_is_refused_with_what_it_is(data, message):
    with pytest.raises(UsageError, match=message):
        codec.decode(data)


def test_a_document_that_does_not_say_its_schema_is_refused(sample):
    raw = json.loads(codec.encode(sample))
    del raw["schema"]
    with pytest.raises(UsageError, match="schema is None"):
        codec.decode(json.dumps(raw).encode())


def test_the_canonical_door_gives_what_the_ordinary_one_gives():
    text = compact({"b": [1, "ü"], "a": None})
    made = Observation.canonical("dhip", text, "udp/37810", "dhip", "2026-11-21T10:00:00Z")
    ordinary = Observation(
        signal="dhip", value=text, endpoint="udp/37810", probe="dhip", at="2026-11-21T10:00:00Z"
    )
    assert made == ordinary
    assert hash(made) == hash(ordinary)
    with pytest.raises(ValueError, match=r"made\.up"):
        Observation.canonical("made.up", text, None, "given", None)


def test_the_structured_signals_are_those_of_json_and_pairs():
    assert {"dhip", "http.headers", "onvif.services"} <= STRUCTURED
    assert not {"mac", "sadp", "wsd.scopes", "tvt.mhed"} & STRUCTURED

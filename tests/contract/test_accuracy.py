import json
from dataclasses import replace

import pytest

from benchmarks.accuracy import measure
from benchmarks.accuracy.corpus import CorpusError, Device, complaints, read
from benchmarks.accuracy.score import Figure

KNOWN = "recorded-device"


@pytest.fixture(scope="module")
def devices() -> tuple[Device, ...]:
    return read()


@pytest.fixture(scope="module")
def where():
    return measure.seat()


@pytest.fixture(scope="module")
def results(devices, where):
    return measure.measured(devices, where)


@pytest.fixture(scope="module")
def held():
    return json.loads(measure.BASELINE.read_bytes())


def _record(**changes) -> dict:
    record = {
        "id": KNOWN,
        "origin": "recorded",
        "truth": {"maker": "axis", "brand": "axis", "kind": "camera", "restricted": False},
        "label_only": False,
        "strong": True,
        "source": "https://example.org/1",
        "seen": "a test",
        "signals": [{"signal": "onvif.model", "value": "P3344"}],
    }
    return record | changes


def _folder(tmp_path, *records, part="judging"):
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / part).mkdir(exist_ok=True)
    (tmp_path / part / "one.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_every_record_reads_and_nothing_is_wrong_with_it(devices, where):
    wrong = [
        f"{device.record.id}: {word}"
        for device in devices
        for word in complaints(device, where.catalog.vendors)
    ]
    assert wrong == []
    assert len(devices) >= 300


@pytest.mark.parametrize(
    ("part", "rebrands", "unrestricted", "labels"),
    [("judging", 25, 80, 0), ("writing", 200, 250, 80)],
)
def test_both_parts_hold_recorded_devices_of_every_hard_sort(
    devices, part, rebrands, unrestricted, labels
):
    found = [d for d in devices if d.part == part and d.record.origin == "recorded"]
    assert sum(d.rebrand for d in found) >= rebrands
    assert sum(not d.record.truth.restricted for d in found) >= unrestricted
    assert sum(d.record.label_only for d in found) >= labels


def test_every_source_of_a_recorded_device_is_public(devices):
    for device in devices:
        if device.record.origin == "recorded":
            assert device.record.source.startswith(("https://", "public source file")), (
                device.record.id
            )


def test_the_folder_of_a_record_is_its_part(tmp_path):
    _folder(tmp_path, _record(id="new"))
    _folder(tmp_path, _record(id="old"), part="writing")
    assert {d.record.id: d.part for d in read(tmp_path)} == {"new": "judging", "old": "writing"}


def test_an_id_stands_in_one_part_only(tmp_path):
    _folder(tmp_path, _record())
    with pytest.raises(CorpusError, match="stands twice"):
        read(_folder(tmp_path, _record(), part="writing"))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"signals": [{"signal": "no.such.signal", "value": "x"}]}, "no.such.signal"),
        ({"more": 1}, "more"),
        ({"truth": {"maker": None}}, "brand"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_with_its_line(tmp_path, changes, word):
    with pytest.raises(CorpusError, match=rf"one\.jsonl:1: .*{word}"):
        read(_folder(tmp_path, _record(**changes)))


def test_an_id_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="stands twice"):
        read(_folder(tmp_path, _record(), _record()))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"origin": "heard"}, "origin"),
        ({"source": " "}, "no source"),
        ({"seen": ""}, "no word"),
        ({"signals": []}, "no signals"),
        ({"label_only": True}, "at once"),
        (
            {"truth": {"maker": "nobody", "brand": None, "kind": "camera", "restricted": False}},
            "no vendor",
        ),
        (
            {"truth": {"maker": None, "brand": None, "kind": "camera", "restricted": True}},
            "without a maker",
        ),
    ],
)
def test_a_record_that_is_wrong_is_complained_about(tmp_path, where, changes, word):
    (device,) = read(_folder(tmp_path, _record(**changes)))
    assert any(word in item for item in complaints(device, where.catalog.vendors))


def test_what_was_not_recorded_is_in_no_headline(devices):
    found = measure.groups(devices)
    assert {d.record.origin for d in found["judging"]} == {"recorded"}
    assert {d.record.origin for d in found["writing"]} == {"recorded"}
    assert sum(map(len, found.values())) == len(devices)


def test_no_figure_is_worse_than_the_baseline(results, held):
    assert list(measure.steps_back(results, held)) == []


def test_the_baseline_knows_every_figure(results, held):
    for name, found in results.items():
        assert {figure.name for figure in found} == set(held[name])


def test_a_false_accusation_more_is_a_step_back(results, held):
    worse = _changed(results, "false-accusations", +1)
    assert any("false-accusations rose" in word for word in measure.steps_back(worse, held))


def test_a_recall_that_falls_is_a_step_back(results, held):
    worse = _changed(results, "recall-rebrands", -1)
    assert any("recall-rebrands fell" in word for word in measure.steps_back(worse, held))


def test_a_device_that_counts_as_label_only_never_counts_as_strong(devices):
    assert not [d for d in devices if d.record.label_only and d.record.strong]


def _changed(results, name: str, by: int) -> dict[str, tuple[Figure, ...]]:
    return {
        group: tuple(
            replace(figure, hits=figure.hits + by) if figure.name == name else figure
            for figure in found
        )
        for group, found in results.items()
    }

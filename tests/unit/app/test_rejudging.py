"""A document judged anew asset by asset, by one process or several, is what judging it whole gives."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import codec
from auditor.app.judging import rejudging, sharing
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import rejudge
from auditor.app.judging.rejudging import rejudge_document
from auditor.model.errors import UsageError
from auditor.model.facts import Observation

SAMPLE = Path(__file__).resolve().parents[3] / "examples/sample-fleet/scan.json"
CERTIFICATE = Observation(signal="tls.sha256", value="ab" * 32, endpoint="tcp/443")


@pytest.fixture(scope="module")
def seat():
    return bench(Terms(as_of="2026-11-22"))


@pytest.fixture(scope="module")
def sample():
    """The sample fleet, two of its devices with one certificate."""
    scan = codec.decode(SAMPLE.read_bytes())
    first, *rest, last = scan.assets
    both = (replace(item, observations=(*item.observations, CERTIFICATE)) for item in (first, last))
    return replace(scan, assets=(next(both), *rest, next(both)))


@pytest.fixture
def shared_out(monkeypatch):
    monkeypatch.setattr(rejudging, "_WORTH", 2)
    monkeypatch.setattr(rejudging, "_FIRST", 2)
    monkeypatch.setattr(rejudging, "_BLOCK", 1)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.usefixtures("shared_out")
def test_it_is_what_judging_it_whole_gives(sample, seat, workers):
    data = codec.encode(sample)
    whole = rejudge(codec.decode(data, conclusions=False), seat)
    assert any("shared-certificate" in asset.notes for asset in whole.assets)
    again = rejudge_document(data, seat, workers=workers)
    assert codec.encode(again) == codec.encode(whole)
    assert again == whole


@pytest.mark.usefixtures("shared_out")
def test_a_document_in_any_layout_is_judged(sample, seat):
    data = codec.encode(sample)
    indented = json.dumps(json.loads(data), indent=3).encode()
    assert codec.encode(rejudge_document(indented, seat, workers=2)) == codec.encode(
        rejudge_document(data, seat, workers=1)
    )


@pytest.mark.usefixtures("shared_out")
def test_where_a_child_fails_its_part_is_judged_all_the_same(sample, seat, monkeypatch):
    data = codec.encode(sample)
    expected = codec.encode(rejudge_document(data, seat, workers=1))
    parent, part = os.getpid(), rejudging._part

    def dies_elsewhere(texts, where):
        if os.getpid() != parent:
            os._exit(7)
        return part(texts, where)

    monkeypatch.setattr(rejudging, "_part", dies_elsewhere)
    assert codec.encode(rejudge_document(data, seat, workers=2)) == expected


@pytest.mark.usefixtures("shared_out")
def test_no_process_is_left_behind(sample, seat, monkeypatch):
    fork, begun = os.fork, []

    def noted():
        pid = fork()
        begun.append(pid)
        return pid

    monkeypatch.setattr(sharing.os, "fork", noted)
    rejudge_document(codec.encode(sample), seat, workers=3)
    assert len(begun) == 2
    for pid in begun:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


@pytest.mark.usefixtures("shared_out")
def test_where_the_system_gives_a_small_pipe_one_process_judges(sample, seat, monkeypatch):
    data = codec.encode(sample)
    expected = codec.encode(rejudge_document(data, seat, workers=1))
    write = os.write
    monkeypatch.setattr(sharing.os, "write", lambda file, text: write(file, text[:8]))
    monkeypatch.setattr(sharing.os, "fork", lambda: pytest.fail("forked"))
    assert codec.encode(rejudge_document(data, seat, workers=3)) == expected


def test_small_documents_are_judged_by_one_process(sample, seat, monkeypatch):
    monkeypatch.setattr(sharing.os, "fork", lambda: pytest.fail("forked"))
    rejudge_document(codec.encode(sample), seat, workers=8)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda data: data[:-30],
        lambda data: data.replace(b"auditor.scan/1", b"auditor.scan/9"),
        lambda data: data.replace(b'"address":"', b'"address":7,"x":"', 1),
        lambda data: data.replace(b'[{"signal":"', b'[{"signal":"no-'),
        lambda data: data.replace(b'"port.open","value":"', b'"port.open","value":7,"x":"'),
        lambda data: data.replace(b'"port.open","value":', b'"port.open","value":null,"x":'),
        lambda data: data.replace(b'"port.open","value":', b'"port.open","valeu":'),
        lambda data: data.replace(b'[{"signal":"', b'[{"probe":[],"signal":"'),
        lambda data: data.replace(b'"outcome":"ok"', b'"outcome":"well"', 1),
        lambda data: data.replace(b'"notes":[', b'"notes":[7,', 1),
        lambda _: b"[]",
        lambda _: b"",
    ],
)
@pytest.mark.usefixtures("shared_out")
def test_what_is_no_document_is_refused_in_the_words_of_the_reader(sample, seat, wrong):
    data = wrong(codec.encode(sample))
    with pytest.raises(UsageError) as told:
        codec.decode(data, name="x.json", conclusions=False)
    with pytest.raises(UsageError) as again:
        rejudge_document(data, seat, name="x.json", workers=2)
    assert str(again.value) == str(told.value)


def test_a_document_without_assets_stays_one(sample, seat):
    data = codec.encode(replace(sample, assets=()))
    assert len(rejudge_document(data, seat).assets) == 0


ODD = (
    '[["Server","a"] , ["X", "b"]]', '{"mac":"1","mac":"2"}', '{"a":1.50,"b":1e3,"c":-0}',
    '{"a":"\\u0041\\/\\n"}', '{"n":"K\u00e4se \\ud83d\\ude00"}', '"no JSON"', '"[1, 2"', '"[1, 2]"',
    '{"big":123456789012345678901234567890}', "[]", "{}", '"K\u00e4se"', '{"\u00e9":[":1.5"]}',
)  # fmt: skip


@pytest.mark.parametrize("signal", ["http.headers", "dhip", "http.title"])
@pytest.mark.parametrize("value", ODD)
@pytest.mark.usefixtures("shared_out")
def test_a_value_in_another_form_is_read_and_written_as_always(sample, seat, signal, value):
    mark = b'{"signal":"port.open"'
    strange = f'{{"signal":"{signal}","value":{value},"endpoint":"tcp/1"}},'
    data = codec.encode(sample).replace(mark, strange.encode() + mark)
    assert strange.encode() in data
    whole = codec.encode(rejudge(codec.decode(data, conclusions=False), seat))
    assert codec.encode(rejudge_document(data, seat, workers=2)) == whole


@pytest.mark.usefixtures("shared_out")
def test_children_are_judged_and_counted_with_their_own(sample, seat):
    first, second, third, *rest = sample.assets
    made = replace(first, children=(replace(second, children=(third,)),))
    data = codec.encode(replace(sample, assets=(made, *rest)))
    whole = rejudge(codec.decode(data, conclusions=False), seat)
    again = rejudge_document(data, seat, workers=2)
    assert again.summary == whole.summary
    assert codec.encode(again) == codec.encode(whole)

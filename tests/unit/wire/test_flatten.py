import json

import pytest

from auditor.model.errors import Malformed
from auditor.model.signals import SIGNALS, Shape
from auditor.wire.flatten import STRUCTURED, flatten, text_of


def test_xml_gives_leaves_root_and_namespaces() -> None:
    flat = flatten("isapi.xml", '<a:R xmlns:a="urn:a"><a:b>1</a:b><b>2</b></a:R>')
    assert flat == {"b": ("1", "2"), "@root": ("R",), "@namespace": ("urn:a",)}


def test_json_gives_last_key_names_with_case_and_json_text() -> None:
    value = json.dumps(
        {"mac": "m", "p": {"Init": 166, "On": True, "x": None, "l": ["a", {"k": 1.5}]}}
    )
    assert flatten("dhip", value) == {
        "mac": ("m",),
        "Init": ("166",),
        "On": ("true",),
        "l": ("a",),
        "k": ("1.5",),
    }


def test_services_are_a_list_of_objects() -> None:
    value = json.dumps([{"namespace": "n1", "xaddr": "x1"}, {"namespace": "n2", "xaddr": "x2"}])
    assert flatten("onvif.services", value) == {"namespace": ("n1", "n2"), "xaddr": ("x1", "x2")}


def test_pairs_give_lower_case_names_in_order() -> None:
    value = json.dumps([["Server", "a"], ["P3P", "b"], ["SERVER", "c"]])
    assert flatten("http.headers", value) == {"server": ("a", "c"), "p3p": ("b",)}


def test_scopes_give_categories_and_decoded_values() -> None:
    value = "onvif://www.onvif.org/name/A%20B onvif://www.onvif.org/type/ptz"
    assert flatten("wsd.scopes", value) == {"name": ("A B",), "type": ("ptz",)}


def test_signals_without_fields_give_none() -> None:
    assert flatten("http.server", "App-webs/") == {}
    assert flatten("no.such.signal", "x") == {}


def test_every_signal_that_is_no_plain_text_has_fields() -> None:
    assert {s.name for s in SIGNALS.values() if s.shape is not Shape.TEXT} <= STRUCTURED
    assert set(SIGNALS) >= STRUCTURED


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("sadp", "no xml"),
        ("dhip", "no json"),
        ("http.headers", "{}"),
        ("http.headers", "[1]"),
        ("http.headers", '[["a"]]'),
        ("http.headers", '[["a", []]]'),
        ("tvt.mhed", "xyz"),
        ("tvt.mhed", "00"),
    ],
)
def test_values_of_another_shape_are_malformed_every_time(signal: str, value: str) -> None:
    for _ in range(2):
        with pytest.raises(Malformed):
            flatten(signal, value)


def test_flat_result_cannot_be_changed_by_its_readers() -> None:
    flat = flatten("wsd.scopes", "onvif://www.onvif.org/type/ptz")
    with pytest.raises(TypeError):
        flat["type"] = ()  # type: ignore[index]


def test_text_of_pairs_is_header_lines() -> None:
    assert text_of("http.headers", '[["Server", "a"], ["X", ""]]') == "Server: a\nX: \n"


def test_text_of_everything_else_is_the_value() -> None:
    assert text_of("dhip", '{"a": 1}') == '{"a": 1}'
    assert text_of("http.server", "x") == "x"
    assert text_of("http.headers", "broken") == "broken"


def test_text_of_is_cut() -> None:
    assert len(text_of("http.body", "x" * 100_000)) == 65_536

"""The quick way to the canonical form gives the canonical form."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.codec.plain import stands, text_of, written
from auditor.model.jsontext import compact

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from(
        ["1.5", ":1.5", ",-1e5", "[2.", '"', "\\", "\x00\x1f\x7f", "\b\f\n\r\t", "</"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6).filter(str.isascii), inner, max_size=4)
    ),
    max_leaves=12,
)


def read(value):
    """As a document gives it: what JSON text is read as."""
    try:
        return msgspec.json.decode(json.dumps(value))
    except msgspec.DecodeError:
        return None


@given(VALUES)
def test_it_is_the_same_text(value):
    assert text_of(read(value)) == compact(read(value))


@given(VALUES)
def test_what_is_known_to_stand_is_read_back_as_it_stands(value):
    data = written(read(value))
    if data is not None:
        assert data.decode() == compact(msgspec.json.decode(data))


@given(VALUES)
def test_a_text_stands_where_it_is_in_canonical_form(value):
    text = compact(read(value))
    plain = text.startswith(("{", "["))
    assert stands(text) == (plain and compact(msgspec.json.decode(text)) == text)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', '{"a":1,"a":2}', "[1E5]", "[1.0e0]", '["\\u0041"]', "[1,]", "x", "", "1", "[-0]"],
)
def test_other_texts_do_not_stand(text):
    assert not stands(text)


@pytest.mark.parametrize("value", [[1.5], [1e22], [-0.0], ["\u00e9"], {"a": 1e16}])
def test_what_msgspec_may_write_otherwise_is_left_to_the_slow_way(value):
    assert written(value) is None
    assert text_of(value) == compact(value)

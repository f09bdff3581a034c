import re
from dataclasses import fields
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.app.reports import forms
from auditor.cli.main import run
from auditor.model.errors import UsageError
from auditor.model.form import Clause, Contract, Efforts, Form, ItemEntry, Party, Stage
from auditor.report.far.due import deadlines

ROOT = Path(__file__).parents[3]
HEAD = "[report]\n"


def whole() -> str:
    """The example with every key in use, but for those that exclude each other."""
    text = re.sub(r"(?m)^#(?=[a-z_]+ = |\[\[)", "", forms.example())
    text = re.sub(r"(?m)^deadline_business_days.*\n", "", text)
    return text.replace('"far-52.204-25"', '"far-52.240-91"')


def refused(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        forms.parse(text, "f.toml")
    told = str(caught.value)
    assert "\n" not in told
    return told


def test_an_empty_file_is_a_form_of_blanks():
    assert forms.parse("", "f.toml") == Form()


def test_the_printed_example_reads_and_gives_no_time():
    form = forms.parse(forms.example(), "f.toml")
    assert form == Form()
    assert form.identified_at is None


def test_the_example_in_the_repository_is_the_printed_one():
    held = (ROOT / "examples/federal/form.toml").read_text(encoding="utf-8")
    assert held == forms.example()


def test_the_example_names_every_key():
    text = forms.example()
    renamed = {"items": "[[item]]", "line": ""}
    for shape in (Form, Contract, Party, Efforts, ItemEntry):
        for field in fields(shape):
            key = renamed.get(field.name, field.name)
            assert key in text, field.name


def test_every_key_of_the_example_is_read():
    form = forms.parse(whole(), "f.toml")
    assert form.clause is Clause.FAR_52_240_91
    assert form.identified_at == datetime(2026, 11, 20, 16, 5, tzinfo=timezone(timedelta(hours=-5)))
    assert form.deadline_hours == 72
    assert form.sam_checked_on == date(2026, 11, 19)
    assert form.contract.orders == ("EX-2026-F-0007",)
    assert form.contract.indefinite is True
    assert form.supplier.cage == "2EX42"
    (item,) = form.items
    assert item.supplier.name == "Example Security Supply, LLC"
    assert item.obligated_on == date(2026, 2, 3)
    for shape in (form, form.contract, form.contractor, form.efforts, item):
        empty = [f.name for f in fields(shape) if getattr(shape, f.name) in (None, ())]
        assert set(empty) <= {"deadline_business_days"}


def test_an_item_knows_its_line():
    text = "[report]\n\n[[item]]\nmodels = ['A']\n\n[[item]]\nmodels = ['B']\n"
    assert [item.line for item in forms.parse(text, "f.toml").items] == [3, 6]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[report]\nstge = "initial"', "f.toml:2: [report] stge: unknown key; did you mean stage?"),
        ("[reprot]\n", "reprot: unknown key; did you mean report?"),
        ('[report]\nstage = "intial"', "f.toml:2: [report] stage: 'intial' is none of initial, follow-up; did you mean initial?"),
        ('[report]\nclause = "889"', "f.toml:2: [report] clause: '889' is none of far-52.204-25"),
        ("[report]\nidentified_at = 2026-11-20T16:05:00", "f.toml:2: [report] identified_at: has no offset from UTC; write date, time and offset such as 2026-11-20T16:05:00-05:00"),
        ("[report]\nidentified_at = 2026-11-20", "is a date, not a time; write date, time and offset"),
        ('[report]\nidentified_at = "2026-11-20"', "is a text, not a time"),
        ("[report]\nidentified_at = 0001-01-01T00:00:00Z", "the year 1 is not between 2018 and 2100"),
        ("[report]\nsam_checked_on = 2026-11-20T00:00:00Z", "write a date without quotes and without a time"),
        ("[report]\nclause = 'far-52.240-91'\ndeadline_hours = 0", "f.toml:3: [report] deadline_hours: write a number from 1 to 8784"),
        ("[report]\nclause = 'far-52.240-91'\ndeadline_hours = true", "write a number from 1 to 8784"),
        ("[report]\ndeadline_hours = 72", "goes only with clause = 'far-52.240-91'; take it out"),
        ("[report]\nclause = 'far-52.240-91'\ndeadline_hours = 72\ndeadline_business_days = 3", "not both"),
        ("[report]\nidentified_at = 2026-11-20T16:05:00Z\ninitial_submitted_at = 2026-11-19T16:05:00Z", "f.toml:3: [report] initial_submitted_at: lies before identified_at"),
        ("[contract]\nnumber = 7", "f.toml:2: [contract] number: is a number; write a text in quotes"),
        ("[contract]\norders = 'one'", "write a list of texts"),
        ("[contract]\ndefence = 'yes'", "is a text; write true or false without quotes"),
        ("[contractor]\nuei = 'SHORT'", "'SHORT' is not 12 letters and digits, as SAM shows them"),
        ("[contractor]\ncage = 'TOOLONG'", "is not 5 letters and digits"),
        ("report = 3", "f.toml:1: report: is a number; write [report] on a line of its own"),
        ("[item]\nmodels = ['A']", "write [[item]] on a line of its own before its keys"),
        ("[[item]]\nbrand = 'X'", "f.toml:1: [item] devices: missing: name devices, models or brands"),
        ("[[item]]\nmodels = ['A']\n[[item]]\nmodels = ['B']\ncolour = 'red'", "f.toml:5: [item] colour: unknown key"),
        ("[[item]]\nmodels = ['A']\nsupplier = { nam = 'X' }", "f.toml:3: [item] supplier.nam: unknown key; did you mean name?"),
        ("[[item]]\nmodels = ['A']\nsupplier = 'X'", "write supplier = { name"),
        ("[efforts]\nmitigation = '''\nstage = 1\n'''\nfurthr = 'x'", "f.toml:5: [efforts] furthr: unknown key"),
        ("[report\n", "f.toml: not TOML:"),
        ("[report]\nstage = initial", "line 2"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_how_to_mend_it(text, told):
    assert told in refused(text)


def test_several_faults_are_told_at_once_and_counted():
    text = "[contract]\n" + "".join(f"x{n} = 1\n" for n in range(7))
    told = refused(text)
    assert told.count("unknown key") == 5
    assert told.endswith("; and 2 more")


LITERALS = st.sampled_from(
    ["1", "-1", "true", "1.5", "nan", "''", "'x'", "[]", "['a']", "[1]", "{}", "{ name = 'x' }",
     "{ name = 1 }", "[{}]", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "9999-12-31T23:59:59Z",
     "2026-05-27T07:32:00", "2026-05-27T07:32:00+23:59", "'\\u001b[2J'", "99999999999999999999"]
)  # fmt: skip
KEYS = sorted({*re.findall(r"(?m)^#?([a-z_]+) = ", forms.example()), "x", '"a\\u001bb"', "'.'"})
SECTIONS = ["report", "contract", "contractor", "supplier", "efforts", "[item]", "item", "x", "a.b"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SECTIONS),
            st.dictionaries(st.sampled_from(KEYS), LITERALS, max_size=5),
        ),
        max_size=4,
    )
)
def test_any_file_is_a_form_or_one_clear_line(sections):
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items())
        for name, rows in sections
    )
    told = answered(text)
    if isinstance(told, str):
        assert told.startswith("f.toml:")
        assert told.isprintable()
    else:
        assert all(one.counted for one in deadlines(told))


def answered(text: str) -> Form | str:
    try:
        return forms.parse(text, "f.toml")
    except UsageError as error:
        return str(error)


def test_blank_texts_count_as_left_out():
    assert forms.parse('[contract]\nnumber = "  "', "f.toml").contract.number is None


def test_a_text_has_an_end():
    assert "is longer than 8,000 characters" in refused(f'[contract]\nnumber = "{"x" * 8001}"')


@pytest.mark.parametrize(
    ("data", "told"),
    [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8 text"), (b"#" * 1_100_000, "larger than 1 MiB")],
)  # fmt: skip
def test_a_file_that_is_none_is_told(tmp_path, data, told):
    path = tmp_path / "f.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=told):
        forms.read(path)


# the command


FLEET = str(ROOT / "examples/sample-fleet/scan.json")


def test_the_command_prints_the_example(capfd):
    assert run(["report", "--form-example"]) == 0
    assert capfd.readouterr().out == forms.example()


def test_the_command_fills_the_form(tmp_path):
    form, out = tmp_path / "f.toml", tmp_path / "r.far.json"
    form.write_text('[contract]\nnumber = "EX-77"\n[report]\nstage = "follow-up"\n')
    assert run(["report", FLEET, "--form", str(form), "-o", str(out)]) == 0
    told = out.read_text()
    assert '"EX-77"' in told
    assert f'"stage": "{Stage.FOLLOW_UP}"' in told


def test_a_broken_form_is_exit_2_and_writes_nothing(tmp_path, capfd):
    form, out = tmp_path / "f.toml", tmp_path / "r.docx"
    form.write_text("[report]\nstage = 1\n")
    assert run(["report", FLEET, "--form", str(form), "-o", str(out)]) == 2
    assert f"{form}:2: [report] stage:" in capfd.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.docx", b"PK"), ("a.far.docx", b"PK"), ("a.facts.docx", b"PK"), ("a.far.json", b"{"), ("a.facts.json", b"{")],
)  # fmt: skip
def test_the_suffix_picks_the_form(tmp_path, name, start):
    out = tmp_path / name
    assert run(["report", FLEET, "-o", str(out)]) == 0
    assert out.read_bytes().startswith(start)

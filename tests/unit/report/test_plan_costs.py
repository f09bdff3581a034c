from decimal import Decimal
from pathlib import Path

import pytest

from auditor.app.reports import costs
from auditor.app.reports.costs import read_costs
from auditor.cli import main
from auditor.model.errors import UsageError

HEAD = "kind,model,cost,currency\n"


@pytest.fixture
def given(tmp_path):
    def write(text):
        path = tmp_path / "costs.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_example_is_a_price_list():
    rows = read_costs(Path("examples/costs.csv"))
    assert {row.currency for row in rows} == {"USD", "EUR"}
    assert any(row.model == "DS-2CD2*" for row in rows)


def test_comments_blank_lines_a_mark_and_other_line_ends_are_fine(given):
    text = (
        "\ufeff# prices\r\n\r\ncost, Currency ,KIND\r\n149.00,usd,camera\r\n  # more\r\n1,EUR,*\r\n"
    )
    first, second = read_costs(given(text))
    assert (first.kind, first.cost, first.currency, first.model) == (
        "camera", Decimal("149.00"), "USD", None,
    )  # fmt: skip
    assert second.kind == "*"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("kind,price,currency\n", 1, "column 'price' is unknown"),
        ("kind,currency\n", 1, "column 'cost' is missing"),
        ("kind,cost,currency,cost\n", 1, "twice"),
        (HEAD + "camera,,149.00\n", 2, "3 cells for 4 columns"),
        (HEAD + "camera,,1,149.00,USD\n", 2, "5 cells for 4 columns"),
        (HEAD + 'camera,,"1,149.00",USD\n', 2, "no amount"),
        (HEAD + "# x\n\nwebcam,,1,USD\n", 4, "kind 'webcam' is none of camera"),
        (HEAD + "camera,,-1,USD\n", 2, "no amount"),
        (HEAD + "camera,,nan,USD\n", 2, "no amount"),
        (HEAD + "camera,,1e9,USD\n", 2, "no amount"),
        (HEAD + "camera,,１４９,USD\n", 2, "no amount"),
        (HEAD + "camera,,,USD\n", 2, "no amount"),
        (HEAD + "camera,,=1+1,USD\n", 2, "no amount"),
        (HEAD + "camera,,1,$\n", 2, "three letters"),
        (HEAD + "camera,,1,USD\ncamera,,2,EUR\n", 3, "as line 2"),
        (HEAD + 'camera,"x,1,USD\n', 2, "close every quote"),
        (HEAD.encode() + b"camera,\xff,1,USD\n", 2, "not UTF-8"),
    ],
)
def test_a_broken_line_is_told_with_file_line_and_what(given, text, line, what):
    path = given(text)
    with pytest.raises(UsageError) as error:
        read_costs(path)
    told = str(error.value)
    assert told.startswith(f"{path}:{line}: ")
    assert what in told
    assert "\n" not in told


@pytest.mark.parametrize("text", ["", "# nothing\n", HEAD])
def test_a_list_without_a_price_is_refused(given, text):
    with pytest.raises(UsageError, match=r"costs\.csv"):
        read_costs(given(text))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_costs(tmp_path / "none.csv")


def test_a_huge_file_is_refused(given):
    with pytest.raises(UsageError, match="larger than"):
        read_costs(given(b"#" * (costs.MOST_BYTES + 1)))


def test_too_many_rows_are_refused(given, monkeypatch):
    monkeypatch.setattr(costs, "MOST_ROWS", 2)
    with pytest.raises(UsageError, match="more than 2 prices"):
        read_costs(given(HEAD + "".join(f"camera,M{n},1,USD\n" for n in range(3))))


# the command


FLEET = "examples/sample-fleet/scan.json"


@pytest.mark.parametrize("command", [["report"], ["judge", "--fail-on", "never", "-q"]])
def test_the_commands_take_a_price_list(command, tmp_path):
    path = tmp_path / "plan.md"
    given = [*command, FLEET, "--costs", "examples/costs.csv", "-o", str(path)]
    assert main.run(given) == 0
    assert "1,450.00 USD" in path.read_text()


def test_a_broken_price_list_is_told_before_anything_is_written(given, tmp_path, capsys):
    path = tmp_path / "plan.md"
    broken = given(HEAD + "camera,,x,USD\n")
    assert main.run(["report", FLEET, "--costs", str(broken), "-o", str(path)]) == 2
    assert not path.exists()
    assert f"{broken}:2: cost 'x'" in capsys.readouterr().err

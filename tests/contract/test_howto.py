"""Whoever follows a how-to to the letter gets what it promises."""

import contextlib
import importlib
import re
import shlex
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
transcripts = importlib.import_module("docs._transcripts")
main = importlib.import_module("auditor.cli.main")

FILE = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
EXPECT = re.compile(r"<!-- expect: (.+?) -->")
FOLLOWED = ("add-a-vendor", "add-a-rebrand", "add-a-regime")


def text_of(name: str) -> str:
    return (ROOT / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")


def written(text: str, folder: Path) -> None:
    for name, content in FILE.findall(text):
        place = folder / "overlay" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")


def followed(text: str, folder: Path, capfd) -> tuple[list[int], str]:
    written(text, folder)
    lines = [line for block in SHELL.findall(text) for line in block.splitlines()]
    with contextlib.chdir(folder):
        codes = [main.run(shlex.split(line)[1:]) for line in lines if line.startswith("audit ")]
    return codes, capfd.readouterr().out


@pytest.mark.parametrize("name", FOLLOWED)
def test_following_the_page_gives_what_it_promises(name, tmp_path, capfd):
    text = text_of(name)
    codes, out = followed(text, tmp_path, capfd)
    assert codes[0] == 0, "audit db verify"
    assert set(codes) <= {0, 10, 11}
    assert len(codes) >= 3
    for promise in EXPECT.findall(text):
        assert promise in out


@pytest.mark.parametrize("name", FOLLOWED)
def test_leaving_out_the_source_is_noticed(name, tmp_path, capfd):
    text = text_of(name)
    written(text, tmp_path)
    (tmp_path / "overlay" / "sources.toml").write_text("")
    assert main.run(["db", "verify", "--vendor-db", str(tmp_path / "overlay")]) == 1
    assert "unknown source" in capfd.readouterr().out


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "how-to").glob("*.md")), ids=lambda p: p.stem
)
def test_every_command_that_a_page_names_exists(page):
    known = {name for name, _, _ in importlib.import_module("docs._code").commands()}
    groups = {name for name in known if any(other.startswith(f"{name} ") for other in known)}
    for line in re.findall(
        r"(?:^|`|sudo )(audit [^`\n]*)", page.read_text(encoding="utf-8"), re.MULTILINE
    ):
        words = line.split()
        name = " ".join(words[:2])
        if len(words) < 2 or words[1].startswith("-"):
            continue
        assert name in known, line
        if name in groups:
            assert " ".join(words[:3]) in known, line

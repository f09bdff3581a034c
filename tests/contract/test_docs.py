"""The documentation is whole, current and careful with its words."""

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

from auditor import registry
from auditor.app.reports import reporting
from auditor.cli import main as cli_main
from auditor.model.signals import SIGNALS
from auditor.model.words import Ending, FindingClass, Grade, Outcome, Strength
from auditor.policy import judge, reach, words

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
generate = importlib.import_module("docs.generate")
code = importlib.import_module("docs._code")
phrases = importlib.import_module("docs._words")

REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted({*generate.written(), *REFERENCE.rglob("*.md")})
NEVER = re.compile(r"\b(illegal|banned|sanctioned|NDAA[- ]compliant|certified)\b", re.IGNORECASE)
MAY_NAME_THEM = {ROOT / "docs/explanation/what-a-verdict-means.md"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
URL = re.compile(r"https?://\S+|<[^>\s]+>")
REASON = re.compile(r"^[a-z]+(?:_[a-z]+)+$")


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """A page without addresses; titles of others' documents in source lists are theirs."""
    text = path.read_text(encoding="utf-8").partition("\n## Sources\n")[0]
    return URL.sub("", text)


def test_generated_files_are_current():
    files = generate.made()
    drift = [
        str(path.relative_to(ROOT))
        for path, data in files.items()
        if not path.is_file() or path.read_bytes() != data
    ]
    drift += [str(path.relative_to(ROOT)) for path in generate.stale_pages(files)]
    assert drift == [], "run: python -m docs.generate"


def test_every_command_and_option_is_documented():
    text = page("cli.md")
    for name, command, _ in code.commands():
        assert f"## {name}\n" in text
        section = text.partition(f"## {name}\n")[2].partition("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                for flag in parameter.opts:
                    assert flag in section, f"{name} {flag}"


@pytest.mark.parametrize(
    ("room", "attribute", "name"),
    [
        ("auditor.probes", "PROBE", "probes.md"),
        ("auditor.discovery", "METHOD", "methods.md"),
        ("auditor.probes.login", "LOGIN", "logins.md"),
    ],
)
def test_every_member_stands_on_its_page_with_what_it_sends(room, attribute, name):
    text = page(name)
    for member, thing in registry.members(room, attribute).items():
        assert member in text
        assert thing.sends in text


def test_every_format_is_documented():
    text = page("formats.md")
    for name, item in reporting.formats().items():
        assert f"`{name}`" in text
        assert item.about in text


def test_every_signal_is_documented():
    text = page("signals.md")
    assert [name for name in SIGNALS if f"`{name}`" not in text] == []


def test_every_regime_has_a_page(catalog):
    for name, regime in catalog.regimes.items():
        text = page(f"regimes/{name}.md")
        assert " ".join(regime.meaning.split()) in " ".join(text.split())


def test_every_main_family_has_a_page_with_its_rules(catalog):
    families = importlib.import_module("docs._database").FAMILIES
    assert len(families) == 10
    for family in families:
        text = page(f"vendors/{family}.md")
        assert [r.id for r in catalog.rules if r.owner == family and f"`{r.id}`" not in text] == []


def reasons_in_the_code() -> set[str]:
    found = set(words._WHY)
    for module in (judge, reach):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and REASON.match(node.value)
        }
    return found - {outcome.value for outcome in Outcome}


def test_every_reason_of_the_code_is_documented():
    text = page("reasons.md")
    reasons = reasons_in_the_code()
    assert {"listed_vendor", "maker_unknown", "purpose_limited"} <= reasons
    assert sorted(reason for reason in reasons if f"`{reason}`" not in text) == []


@pytest.mark.parametrize("closed", [Outcome, FindingClass, Grade, Strength, Ending])
def test_every_word_of_a_closed_vocabulary_is_documented(closed):
    text = page("reasons.md")
    assert [word.value for word in closed if f"| `{word}` |" not in text] == []


def test_the_exit_codes_of_the_help_are_those_of_the_page():
    epilog = cli_main.app.info.epilog
    told = {int(number) for number in re.findall(r"(?:^|[:·]) (\d+)\b", epilog)}
    assert told == set(phrases.EXIT_CODES)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for number in told:
        assert f"| {number} |" in page("exit-codes.md")
        assert f"| {number} |" in readme


def test_the_send_list_names_every_path_that_the_probes_ask_for():
    text = (ROOT / "docs/explanation/politeness-and-safety.md").read_text(encoding="utf-8")
    for probe in registry.members("auditor.probes", "PROBE").values():
        for path in re.findall(r"(?<![\w-])/[A-Za-z][\w./?=-]+", probe.sends):
            assert path.rsplit("/", 1)[-1] in text, f"{probe.name}: {path}"
        for operation in re.findall(r"\bGet[A-Z]\w+", probe.sends):
            assert operation in text, f"{probe.name}: {operation}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)  # a pattern may look like a link
    for target in LINK.findall(text):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        assert place.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(place), f"{target}: no such heading"


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_uses_a_word_that_the_law_does_not_support(path):
    if path in MAY_NAME_THEM:
        return
    assert NEVER.findall(prose(path)) == []


def test_the_words_that_are_never_said_are_explained():
    (path,) = MAY_NAME_THEM
    assert {found.lower() for found in NEVER.findall(path.read_text(encoding="utf-8"))} == {
        "illegal", "banned", "sanctioned", "ndaa-compliant", "certified",
    }  # fmt: skip


def test_every_page_is_reached_from_the_index():
    seen: set[Path] = set()
    queue = [ROOT / "docs/README.md"]
    while queue:
        here = queue.pop()
        if here in seen or here.suffix != ".md":
            continue
        seen.add(here)
        targets = LINK.findall(here.read_text(encoding="utf-8"))
        queue.extend(
            (here.parent / target.partition("#")[0]).resolve()
            for target in targets
            if "://" not in target
        )
    lost = [path for path in (ROOT / "docs").rglob("*.md") if path not in seen]
    assert sorted(str(path.relative_to(ROOT)) for path in lost) == []

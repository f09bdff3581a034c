"""Everything in the repository that a machine writes: ``python -m docs.generate [--check]``.

Writes ``docs/reference``, refreshes the transcripts in README.md and docs, and renders the reports
of the sample fleet. With ``--check`` it writes nothing, names what is out of date and exits 1.
The same code and database give the same bytes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from auditor import codec
from auditor.app.reports import reporting
from auditor.catalog.load import load
from auditor.report._api import Page
from docs import _code, _database
from docs._transcripts import ROOT, refreshed

REFERENCE = ROOT / "docs" / "reference"
FLEET = ROOT / "examples" / "sample-fleet"


def made() -> dict[Path, bytes]:
    """Every file that is made, with its content; transcripts included."""
    out = {path: text.encode() for path, text in reference().items()}
    out.update(sample_reports())
    out.update({path: text.encode() for path, text in transcripts()})
    return out


def reference() -> dict[Path, str]:
    """The pages under ``docs/reference``."""
    catalog = load()
    pages = {
        "cli.md": _code.cli(),
        "signals.md": _code.signals(catalog),
        "probes.md": _code.probes(),
        "logins.md": _code.logins(),
        "methods.md": _code.methods(),
        "formats.md": _code.formats(),
        "exit-codes.md": _code.exit_codes(),
        "reasons.md": _code.reasons(),
    }
    for regime in catalog.regimes.values():
        pages[f"regimes/{regime.id}.md"] = _database.regime_page(regime, catalog)
    for family in _database.FAMILIES:
        pages[f"vendors/{family}.md"] = _database.vendor_page(catalog.vendors[family], catalog)
    pages["README.md"] = _index(pages)
    return {REFERENCE / name: text for name, text in pages.items()}


def _index(pages: dict[str, str]) -> str:
    groups = {"": "", "regimes/": "## Regimes", "vendors/": "## Families"}
    parts = ["Made from the code and the database, so that it cannot drift."]
    for prefix, head in groups.items():
        names = [n for n in pages if n.startswith(prefix) and n.count("/") == prefix.count("/")]
        lines = "\n".join(f"- [{pages[name].partition(chr(10))[0][2:]}]({name})" for name in names)
        parts.append(f"{head}\n\n{lines}")
    return _code.page("Reference", *parts)


def sample_reports() -> dict[Path, bytes]:
    """The reports of the sample fleet, in every format but the document that they are made from."""
    scan = codec.decode((FLEET / "scan.json").read_bytes())
    return {
        FLEET / f"report{made.suffixes[0]}": made.render(scan, Page())
        for name, made in reporting.formats().items()
        if name != "json"
    }


def transcripts() -> Iterator[tuple[Path, str]]:
    """Every hand-written page that shows a command, with its output as it is now."""
    for path in written():
        text = path.read_text(encoding="utf-8")
        fresh = refreshed(text)
        if fresh != text or "<!-- run:" in text:
            yield path, fresh


def written() -> Iterator[Path]:
    """The pages that people write: README, docs without the reference, examples."""
    yield from sorted(ROOT.glob("*.md"))
    for folder in ("docs", "examples"):
        for path in sorted((ROOT / folder).rglob("*.md")):
            if REFERENCE not in path.parents and path.name != "report.md":
                yield path


def stale_pages(files: dict[Path, bytes]) -> list[Path]:
    """Made pages that nothing makes any more."""
    return [path for path in sorted(REFERENCE.rglob("*.md")) if path not in files]


def main(words: list[str]) -> int:
    """Write, or with ``--check`` only compare."""
    files = made()
    drift = [
        path for path, data in files.items() if not path.is_file() or path.read_bytes() != data
    ]
    gone = stale_pages(files)
    for path in (*drift, *gone):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    if "--check" in words:
        return 1 if drift or gone else 0
    for path in drift:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    for path in gone:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

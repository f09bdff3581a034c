"""Which cameras on this network were made by a restricted vendor, and how do we know.

What outsiders may import stands here, and is loaded when it is first used; everything else is
private and may change::

    import auditor

    document = auditor.read("scan.json")
    then = auditor.judge(document, as_of="2024-01-01")
    for asset in then.assets:
        print(asset.address, asset.headline)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.model.document import Asset, Scan
    from auditor.model.errors import AuditError, UsageError
    from auditor.model.facts import Observation
    from auditor.model.judgement import Attribution, Evidence, Verdict

__all__ = [
    "Asset",
    "Attribution",
    "AuditError",
    "Evidence",
    "Observation",
    "Scan",
    "UsageError",
    "Verdict",
    "judge",
    "read",
    "scan",
    "write",
]

_HOMES = {
    "Asset": "auditor.model.document",
    "Attribution": "auditor.model.judgement",
    "AuditError": "auditor.model.errors",
    "Evidence": "auditor.model.judgement",
    "Observation": "auditor.model.facts",
    "Scan": "auditor.model.document",
    "UsageError": "auditor.model.errors",
    "Verdict": "auditor.model.judgement",
}


def __getattr__(name: str) -> object:
    """Load a value type when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'auditor' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nothing is loaded before it is needed

    return getattr(import_module(_HOMES[name]), name)


def scan(*targets: str, terms: "dict[str, Any] | None" = None, **options: object) -> "Scan":
    """Scan a network and judge what is there; reads only. Blocks until it is through.

    Args:
        targets: addresses, prefixes, ranges, names, as ``audit scan`` takes them.
        terms: fields of ``auditor.app.judging.bench.Terms``: policy, regimes, profile, as_of …
        options: fields of ``auditor.app.scanning.options.ScanOptions``: exclude, ports, engine, rate …

    Raises:
        UsageError: the targets, options or terms do not fit; nothing was sent.
    """
    import asyncio  # noqa: PLC0415 - start-up time is the point

    from auditor.app.judging.bench import Terms  # noqa: PLC0415
    from auditor.app.scanning.options import ScanOptions  # noqa: PLC0415
    from auditor.app.scanning.scan import scan as run  # noqa: PLC0415
    from auditor.model.errors import UsageError  # noqa: PLC0415

    try:
        wanted = ScanOptions(targets=targets, **options)  # type: ignore[arg-type] # checked below
        said = Terms(**(terms or {}))
    except TypeError as error:
        raise UsageError(f"scan: {error}") from None
    return asyncio.run(run(wanted, said, lambda _: None))


def judge(document: "Scan", **terms: object) -> "Scan":
    """A scan under another policy, date, database or exemptions; not one packet.

    Args:
        document: a scan.
        terms: fields of ``auditor.app.judging.bench.Terms``: policy, regimes, profile, as_of …

    Raises:
        UsageError: the terms do not fit.
    """
    from auditor.app.judging.bench import Terms, bench  # noqa: PLC0415
    from auditor.app.judging.hinge import rejudge  # noqa: PLC0415
    from auditor.model.errors import UsageError  # noqa: PLC0415

    try:
        said = Terms(**terms)  # type: ignore[arg-type] # checked below
    except TypeError as error:
        raise UsageError(f"judge: {error}") from None
    return rejudge(document, bench(said))


def read(path: str) -> "Scan":
    """Read a scan document.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    from auditor.app.reports.reporting import read as read_scan  # noqa: PLC0415

    return read_scan(path)


def write(document: "Scan", *paths: str) -> None:
    """Render a scan; the suffix of each path picks the format.

    Raises:
        UsageError: an unknown suffix, or a folder that is not there.
        AuditError: a file cannot be written.
    """
    from auditor.app.reports.reporting import outputs  # noqa: PLC0415
    from auditor.app.reports.reporting import write as write_scan  # noqa: PLC0415
    from auditor.report._api import Page  # noqa: PLC0415

    write_scan(document, outputs(paths, None), Page())

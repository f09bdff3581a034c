"""What an earlier run left undone is done first: nothing that was judged is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from auditor.app import clock
from auditor.app.appliance.config import terms_of
from auditor.app.judging.bench import bench
from auditor.app.nightly import journal, publish
from auditor.app.nightly.night import Night
from auditor.app.nightly.remember import FILED, filed, remember, report_again
from auditor.app.reports import manifest
from auditor.model.document import Header, Scan
from auditor.model.errors import AuditError, UsageError
from auditor.policy.judge import Bench

_NEWS_DAYS: Final = 7
"""News of a document that was found later than this are not told: nobody wants last month's."""


def recover(night: Night) -> None:
    """Journals become incomplete scans; documents that are not in the history are stored.

    Whatever cannot be done is said, stays where it is, and is tried again by the next run.
    """
    known = {item.name for item in night.config.network}
    for name, path in journal.left_over(night.state / "running"):
        if name in known:
            _careful(night, name, partial(_journal, night, name, path))
        else:
            night.warn(name, f"no network of this configuration; {path} is left alone")
    for name in sorted(known):
        _careful(night, name, partial(_documents, night, name))


def _careful(night: Night, name: str, work: Callable[[], None]) -> None:
    try:
        work()
    except OSError as error:
        night.warn(name, f"left from an earlier run: {error.strerror or error}")
    except AuditError as error:
        night.warn(name, f"left from an earlier run: {error}")
    except Exception as error:  # noqa: BLE001 - it would keep every night from scanning
        night.warn(name, f"left from an earlier run: bug: {type(error).__name__}: {error}"[:300])


def _journal(night: Night, name: str, path: Path) -> None:
    def bench_of(header: Header) -> Bench:
        terms = terms_of(night.config)
        try:
            return bench(replace(terms, as_of=header.as_of))
        except UsageError:  # the policy is gone or broken; the result is still wanted
            return bench(type(terms)(as_of=header.as_of))

    scan = journal.close(path, bench_of, clock.stamp())
    if scan is not None:
        document = publish.write_document(scan, night.reports / name)
        night.warn(
            name,
            f"an earlier run was ended; its {scan.summary.assets} judged devices are kept as"
            f" {document}",
        )
    path.unlink(missing_ok=True)


def _documents(night: Night, name: str) -> None:
    folder = night.reports / name
    publish.tidy(folder)
    every = tuple(publish.documents(folder))
    if not every:
        return
    names = {filed(name, path): path for path in every}
    missing = set(night.memory.notebook().untold(FILED, names))
    for fact, path in names.items():
        if fact not in missing:
            continue
        found = publish.read(path)
        if found is None:
            night.warn(name, f"{path} is damaged or no scan document; it is left alone")
            continue
        remember(night, name, found, path, quiet=_old(found))
        night.warn(name, f"{path} was not in the history; it is now")
    newest = every[-1]
    if not newest.with_name(newest.stem + manifest.SUFFIX).exists():
        found = publish.read(newest)
        if found is not None:
            report_again(night, name, found, newest)


def _old(scan: Scan) -> bool:
    try:
        begun = datetime.fromisoformat(scan.scan.started)
    except ValueError:
        return True
    return begun.tzinfo is not None and clock.now() - begun > timedelta(days=_NEWS_DAYS)

"""``audit demo``: the main job on a simulated fleet on the loopback; no root, no camera."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from auditor.app.events import Event
from auditor.app.judging.bench import Terms
from auditor.app.reports.reporting import outputs, write
from auditor.app.scanning.options import ScanOptions
from auditor.app.scanning.scan import scan
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback
from auditor.model.document import Scan
from auditor.model.errors import ToolError, UsageError
from auditor.report._api import Page

REPORTS = ("report.html", "scan.json", "devices.csv")


async def demo(
    folder: Path, tell: Callable[[Event], None], stop: asyncio.Event | None = None
) -> tuple[Scan, Sequence[Path]]:
    """Scan the simulated fleet and write the reports.

    Returns:
        The scan document and the files that were written.

    Raises:
        UsageError: the folder cannot be made.
        ToolError: no network of the loopback is free, or a report cannot be written.
    """
    places = outputs([str(made(folder) / name) for name in REPORTS], None)
    async with Loopback(choose()) as fleet:
        options = ScanOptions(targets=(fleet.target,), site="simulated fleet")
        document = await scan(options, Terms(), tell, stop)
    if not document.assets:
        raise ToolError("the simulated fleet did not answer; `audit doctor` may say why")
    write(document, places, Page())
    return document, [Path(place.path) for place in places]


def made(folder: Path) -> Path:
    """The folder, made if it was not there.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made ({error.strerror})") from None
    return folder

"""What a person sees while a scan runs, and the table at the end."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.app.events import Event, Found, JudgedOne, MethodEnded, Planned, Warned
from auditor.app.reports import reporting
from auditor.app.reports.costs import read_costs
from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.words import title_of

if TYPE_CHECKING:
    from rich.progress import Progress

CLOCK_LINE = (
    "Note: a confident hit is information that you then hold; for US federal contractors it may"
    " start a reporting clock (FAR 52.204-25(d): 1 business day)."
)


def page(costs: Path | None = None, form: Path | None = None) -> Page:
    """Where text will be read: the terminal's width and colour, or 80 columns and none.

    Args:
        costs: a price list for the replacement plan.
        form: a person's answers for the federal forms.

    Raises:
        UsageError: the price list or the form file is broken.
    """
    prices = read_costs(costs) if costs else ()
    answers = None
    if form:
        from auditor.app.reports.forms import read  # noqa: PLC0415 - few reports want one

        answers = read(form)
    width = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Page(width=max(60, min(width, 160)), colour=colour, costs=prices, form=answers)


def show_table(scan: Scan, shown: Page | None = None) -> None:
    """Print the table report."""
    sys.stdout.buffer.write(reporting.named("table").render(scan, shown or page()))
    sys.stdout.buffer.flush()


def _progress() -> "Progress":
    # Its import takes longer than judging a hundred devices, and few commands show progress.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


class Show:
    """Tells a person (or a log) what a scan does, on standard error."""

    def __init__(self, *, quiet: bool, verbose: bool, json_logs: bool) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._json = json_logs
        self._found = 0
        self._judged: dict[str, str] = {}
        self._progress: Progress | None = None
        if sys.stderr.isatty() and not quiet and not json_logs:
            self._progress = _progress()
            self._task = self._progress.add_task("starting")

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        if self._json:
            _log(event)
        elif isinstance(event, Planned):
            self._start(event)
        elif isinstance(event, Found):
            self._found += 1
            if self._verbose:
                self._line(f"found {event.address} ({event.method})")
        elif isinstance(event, JudgedOne):
            self._one(event)
        elif isinstance(event, MethodEnded):
            self._method(event)
        else:
            self._line(event.text)
        self._refresh()

    def close(self) -> None:
        """Take the progress display away."""
        if self._progress is not None:
            self._progress.stop()

    def _start(self, event: Planned) -> None:
        many = "a wide IPv6 range" if event.addresses is None else f"{event.addresses:,} addresses"
        self._line(
            f"Scanning {', '.join(event.targets)}: {many} on"
            f" {', '.join(event.interfaces) or 'no attached interface (routed)'};"
            f" at most {event.rate:,} first packets/s; about {event.seconds:g} s and the answers."
        )
        self._line("It only reads: no password, no user name, no write.")
        self._line(CLOCK_LINE)
        if self._progress is not None:
            self._progress.start()

    def _one(self, event: JudgedOne) -> None:
        asset = event.asset
        before = self._judged.get(asset.id)
        self._judged[asset.id] = asset.headline
        if asset.headline == "covered" and before != "covered":
            maker = asset.attributions[0]
            label = title_of(asset)
            self._line(f"! {asset.address}  {label}: made by {maker.vendor} ({maker.grade})")
        elif self._verbose:
            self._line(f"  {asset.address}  {asset.headline}")

    def _method(self, event: MethodEnded) -> None:
        state = event.state
        if state.state in {"failed", "unavailable", "limited"} or self._verbose:
            where = f" on {state.interface}" if state.interface else ""
            why = f": {state.why}" if state.why else ""
            self._line(f"{state.method}{where}: {state.state}{why}")

    def _line(self, text: str) -> None:
        if self._quiet:
            return
        if self._progress is not None and self._progress.live.is_started:
            self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            sys.stderr.write(f"{text}\n")

    def _refresh(self) -> None:
        if self._progress is None:
            return
        flagged = sum(word == "covered" for word in self._judged.values())
        self._progress.update(
            self._task,
            description=f"{self._found} hosts found · {len(self._judged)} probed · {flagged} flagged",
        )


def _log(event: Event) -> None:
    fields: dict[str, object] = {"event": type(event).__name__.lower()}
    if isinstance(event, JudgedOne):
        fields |= {"address": event.asset.address, "headline": event.asset.headline}
    elif isinstance(event, Found):
        fields |= {"address": event.address, "method": event.method}
    elif isinstance(event, MethodEnded):
        state = event.state
        fields |= {"method": state.method, "state": state.state, "why": state.why}
    elif isinstance(event, Planned):
        fields |= {"targets": list(event.targets), "addresses": event.addresses}
    elif isinstance(event, Warned):
        fields |= {"text": event.text}
    sys.stderr.write(json.dumps(fields) + "\n")

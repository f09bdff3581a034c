"""From a difference to the news that people asked for."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from auditor.model.difference import Change, Difference
from auditor.model.document import Scan
from auditor.model.news import News
from auditor.report.words import tame

_CHARS = 400
_FAILED = ("scan-failed", "scan-incomplete")


def of_scan(
    difference: Difference,
    scan: Scan,
    *,
    network: str,
    appeared: frozenset[str],
    gone: Mapping[str, Change],
    gone_after: int,
) -> tuple[News, ...]:
    """The news of a finished scan.

    Args:
        difference: last known state of every device → this scan.
        scan: this scan.
        network: its name.
        appeared: devices never seen before in this network.
        gone: devices that as many complete scans in a row lacked as make a device gone.
        gone_after: that number.
    """
    about = _About(network, scan.scan.id)
    news = [*_new(difference, about, appeared), *_changes(difference, about)]
    for change in gone.values():
        text = (
            f"{change.name} at {change.address} did not answer in {gone_after} complete scans"
            f" ({change.was})"
        )
        news.append(about.of("gone", change, text))
    if not scan.scan.complete:
        why = "; ".join(scan.scan.incomplete_because) or "not everything was seen"
        news.append(
            News(
                event="scan-incomplete",
                text=f"The scan of {network} is incomplete: {why}",
                fact=standing_fact("scan-incomplete", network),
            )
        )
    return tuple(news)


def failed(network: str, why: str, *, scanned: bool = False) -> News:
    """A scan that never came to be, or whose result could not be stored, reported or told."""
    what = "was made, but" if scanned else "failed:"
    return News(
        event="scan-failed",
        text=tame(f"The scan of {network} {what} {why}", _CHARS),
        fact=standing_fact("scan-failed", network),
    )


def ended(scan: Scan, network: str) -> tuple[str, ...]:
    """Facts that no longer stand after this scan, and would be news if they came again."""
    events = _FAILED if scan.scan.complete else _FAILED[:1]
    return tuple(standing_fact(event, network) for event in events)


def standing_fact(event: str, network: str) -> str:
    """The fact of a state that lasts, told once until it ends."""
    return _digest(event, network)


class _About:
    """What all news of one scan have in common."""

    def __init__(self, network: str, scan: str) -> None:
        self._network = network
        self._scan = scan

    def of(self, event: str, change: Change, text: str) -> News:
        return News(
            event=event,
            text=tame(text, _CHARS),
            fact=_digest(
                event, self._network, self._scan, change.id, change.regime or "", change.now or ""
            ),
            id=change.id,
            address=change.address,
            name=tame(change.name),
            was=change.was,
            now=change.now,
            regime=change.regime,
        )


def _new(difference: Difference, about: _About, appeared: frozenset[str]) -> Iterator[News]:
    for change in difference.appeared:
        if change.id not in appeared:
            continue
        yield about.of("new-device", change, f"New: {change.name} at {change.address}")
        if change.now == "covered":
            text = f"New device of a listed maker: {change.name} at {change.address}"
            yield about.of("new-covered", change, text)


def _changes(difference: Difference, about: _About) -> Iterator[News]:
    now_covered: set[str] = set()
    for change in difference.verdict:
        text = f"{change.name} at {change.address}: {change.regime} {change.was} → {change.now}"
        yield about.of("verdict-changed", change, text)
        if change.now == "covered" and change.id not in now_covered:
            now_covered.add(change.id)
            text = f"Now found to be of a listed maker: {change.name} at {change.address}"
            yield about.of("new-covered", change, text)
    for change in difference.law:
        text = (
            f"By law or database, not by a change of the device: {change.name} at {change.address}:"
            f" {change.regime} {change.was} → {change.now}"
        )
        yield about.of("law-changed", change, text)
    yield from _told(
        about,
        "reattributed",
        difference.reattributed,
        "{name} at {address}: maker or label {was} → {now}",
    )
    yield from _told(
        about,
        "firmware-changed",
        difference.firmware,
        "{name} at {address}: firmware {was} → {now}",
    )
    yield from _told(about, "moved", difference.moved, "{name} moved from {was} to {now}")


def _told(about: _About, event: str, changes: Iterable[Change], form: str) -> Iterator[News]:
    for change in changes:
        text = form.format(
            name=change.name,
            address=change.address,
            was=change.was or "none",
            now=change.now or "none",
        )
        yield about.of(event, change, text)


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()

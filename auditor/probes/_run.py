"""Runs one probe at one endpoint: here a failure stops being an exception, once and for all."""

import traceback
from collections.abc import Callable
from typing import Final

from auditor.model.errors import Malformed, NetError
from auditor.model.facts import Attempt, Observation
from auditor.model.words import Ending
from auditor.net.api import Dialer
from auditor.probes._api import Probe, Target

_DETAIL: Final = 120
_PRINTABLE: Final = frozenset(map(chr, range(0x20, 0x7F)))


async def run_probe(
    probe: Probe,
    target: Target,
    dialer: Dialer,
    *,
    monotonic: Callable[[], float],
    heard: Callable[[Observation], object] | None = None,
) -> tuple[Attempt, tuple[Observation, ...]]:
    """Ask, and say how it ended.

    Args:
        probe: whom to run.
        target: where to ask.
        dialer: the way out.
        monotonic: seconds of a clock that only goes forward, for the duration.
        heard: is told of each fact as it comes.

    Returns:
        The attempt, and every fact that came before it ended, however it ended.

    Raises:
        asyncio.CancelledError: the scan is being stopped.
    """
    facts: list[Observation] = []
    start = monotonic()
    outcome, detail = Ending.OK, None
    try:
        async for fact in probe.ask(target, dialer):
            facts.append(fact)  # what came before a failure must be kept
            if heard is not None:
                heard(fact)
    except NetError as error:
        outcome, detail = error.ending, _plain(str(error))
    except Malformed as error:
        outcome, detail = Ending.MALFORMED, _plain(str(error))
    except Exception as error:  # noqa: BLE001 - a bug in one probe must not end the scan
        outcome, detail = Ending.BUG, _place(error)
    attempt = Attempt(
        probe=probe.name,
        endpoint=target.endpoint,
        outcome=outcome,
        ms=max(0, round((monotonic() - start) * 1000)),
        detail=detail,
    )
    return attempt, tuple(facts)


def _plain(text: str) -> str | None:
    """Our own words about a failure, with anything a device may have put in made harmless."""
    return "".join(c if c in _PRINTABLE else "?" for c in text[:_DETAIL]) or None


def _place(error: Exception) -> str:
    """``KeyError at auditor.probes.http:42``: the type and place of a bug, and no device text."""
    place = "?"
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", "?"))
        if module.startswith("auditor.") or place == "?":
            place = f"{module}:{line}"
    return f"{type(error).__name__} at {place}"

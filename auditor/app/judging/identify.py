"""``audit identify``: what made this, from pasted signals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from auditor import codec
from auditor.attribution.judge import attribute
from auditor.model.errors import UsageError
from auditor.model.facts import Observation
from auditor.model.judgement import Judged, Verdict
from auditor.model.signals import SIGNALS
from auditor.policy.judge import Bench, headline, judge

_LINE_CAP = 4 * 1024 * 1024
_SIGNALS_CAP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One line out.

    Attributes:
        line: JSON without the newline.
        headline: the worst counted outcome, for the exit code; empty for an error.
        error: whether the line in was malformed.
    """

    line: bytes
    headline: str = ""
    error: bool = False


def identify(
    observations: Iterable[Observation], bench: Bench
) -> tuple[Judged, tuple[Verdict, ...]]:
    """What made it, and what the policy's regimes say."""
    judged = attribute(observations, bench.catalog)
    return judged, judge(judged, bench)


def answers(lines: Iterable[bytes], bench: Bench) -> Iterator[Answer]:
    """One answer for each line, in order; a malformed line costs only itself."""
    for line in lines:
        if line.strip():
            yield _answer(line, bench)


def _answer(line: bytes, bench: Bench) -> Answer:
    line_id: object = None
    try:
        raw = _object(line)
        line_id = raw.get("id")
        observations = [observation(item) for item in _signals(raw)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _error(line_id, f"not JSON: {error}")
    except UsageError as error:
        return _error(line_id, str(error))
    judged, verdicts = identify(observations, bench)
    return Answer(
        line=codec.judged_line(
            line_id,
            judged.kind,
            judged.brand,
            {
                "model": judged.model,
                "serial": judged.serial,
                "firmware": judged.firmware,
                "built": judged.built,
                "oem_customer": judged.oem_customer,
            },
            judged.attributions,
            _written(verdicts, bench),
        ),
        headline=headline(judged, verdicts, bench.policy),
    )


def _written(verdicts: tuple[Verdict, ...], bench: Bench) -> bytes:
    """The verdicts as JSON; those of a shape that was met before are written already."""
    if bench.exemptions:
        return codec.verdicts_text(verdicts)
    found = bench.written.get(id(verdicts))  # the bench keeps the tuple, so that its id stands
    if found is None:
        found = bench.written[id(verdicts)] = codec.verdicts_text(verdicts)
    return found


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > _LINE_CAP:
        raise UsageError(f"the line is longer than {_LINE_CAP} bytes")
    raw = msgspec.json.decode(line)
    if not isinstance(raw, dict):
        raise UsageError("a line must be an object with id and signals")
    return raw


def _error(line_id: object, message: str) -> Answer:
    return Answer(line=msgspec.json.encode({"id": line_id, "error": message}), error=True)


def _signals(raw: dict[str, Any]) -> list[Any]:
    signals = raw.get("signals")
    if not isinstance(signals, list):
        raise UsageError("signals must be an array")
    if len(signals) > _SIGNALS_CAP:
        raise UsageError(f"more than {_SIGNALS_CAP} signals in one line")
    return signals


def observation(raw: object) -> Observation:
    """One ``{"signal", "value", "endpoint"?}`` as an observation.

    Raises:
        UsageError: unknown signal, or a value of the wrong shape.
    """
    if not isinstance(raw, dict):
        raise UsageError("a signal must be an object with signal and value")
    name, value, endpoint = raw.get("signal"), raw.get("value"), raw.get("endpoint")
    if not isinstance(name, str) or name not in SIGNALS:
        raise UsageError(f"unknown signal {name!r}; `audit db search --signals` lists them")
    if endpoint is not None and not isinstance(endpoint, str):
        raise UsageError(f"signal {name}: endpoint must be a string such as tcp/80")
    if value is None:
        raise UsageError(f"signal {name}: value is missing")
    text = codec.observation_value(name, value)
    if name == "port.open" and text.isdigit():  # as people write it; a scan says which protocol
        text = f"tcp/{text}"
    return Observation(signal=name, value=text, endpoint=endpoint)


def pasted(words: Iterable[str]) -> list[Observation]:
    """``SIGNAL=VALUE`` words as observations.

    Raises:
        UsageError: a word has no ``=``, or names an unknown signal.
    """
    out = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{word!r}: write SIGNAL=VALUE, such as http.server=App-webs/")
        out.append(observation({"signal": name.strip(), "value": value}))
    return out

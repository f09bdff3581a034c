"""The lines of ``audit identify --jsonl``."""

from collections.abc import Mapping

import msgspec

from auditor.model.errors import UsageError
from auditor.model.facts import STRUCTURED
from auditor.model.jsontext import compact
from auditor.model.judgement import Attribution, Verdict


def observation_value(signal: str, value: object) -> str:
    """A value from JSON as observations hold it.

    Raises:
        UsageError: the shape does not fit the signal.
    """
    if isinstance(value, str):
        return value
    if signal not in STRUCTURED or not isinstance(value, (dict, list)):
        wanted = "a JSON object or array" if signal in STRUCTURED else "a string"
        raise UsageError(f"signal {signal}: value must be {wanted}")
    return compact(value)


def judged_line(
    line_id: object,
    kind: str,
    brand: str | None,
    parts: Mapping[str, str | None],
    attributions: tuple[Attribution, ...],
    verdicts: bytes,
) -> bytes:
    """One answer of ``audit identify --jsonl``, without the newline.

    ``verdicts`` is what ``verdicts_text`` gives.
    """
    return msgspec.json.encode(
        {
            "id": line_id,
            "kind": kind,
            "brand": brand,
            **parts,
            "attributions": attributions,
            "verdicts": msgspec.Raw(verdicts),
        }
    )


def verdicts_text(verdicts: tuple[Verdict, ...]) -> bytes:
    """Verdicts as JSON."""
    return msgspec.json.encode(verdicts)

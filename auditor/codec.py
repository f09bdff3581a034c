"""model ⇄ JSON: the scan document, its schema, and the lines of ``audit identify``.

Observations hold structured values as JSON text; in the document they stand as JSON. Encoding is
deterministic: same values, same bytes.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.model.document import SCHEMA, Asset, Scan
from auditor.model.errors import UsageError
from auditor.model.jsontext import compact, parse
from auditor.model.judgement import Attribution, Verdict
from auditor.model.signals import SIGNALS, Shape

_STRUCTURED = frozenset({Shape.JSON, Shape.PAIRS})


def encode(scan: Scan) -> bytes:
    """The document as indented UTF-8 JSON, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(_document(scan)), indent=1) + b"\n"


def encode_asset(asset: Asset) -> bytes:
    """One asset as one JSON line, without the newline."""
    return msgspec.json.encode(_asset(msgspec.to_builtins(asset)))


def decode_asset(data: bytes) -> Asset:
    """Read what ``encode_asset`` wrote.

    Raises:
        UsageError: it is no asset.
    """
    try:
        raw = msgspec.json.decode(data)
        _flat_asset(raw)
        return msgspec.convert(raw, Asset)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"not an asset ({error})") from None


def decode(data: bytes, *, name: str = "scan document") -> Scan:
    """Read a document.

    Raises:
        UsageError: it is not one; says where and what was expected.
    """
    try:
        raw = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise UsageError(f"{name}: not JSON ({error})") from None
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        raise UsageError(f"{name}: schema is {found!r}, expected {SCHEMA!r}")
    try:
        for asset in raw.get("assets", ()):
            _flat_asset(asset)
        for foreign in raw.get("coverage", {}).get("out_of_scope", ()):
            _flat_observations(foreign.get("observations", ()))
        return msgspec.convert(raw, Scan)
    except (msgspec.ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{name}: not a valid {SCHEMA} document: {error}") from None


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the scan document."""
    body = msgspec.json.schema(Scan)
    defs = body.get("$defs", {})
    observation = defs.get("Observation", {}).get("properties", {})
    observation["value"] = {
        "description": "a string, or an object or array where the signal is structured",
        "type": ["string", "object", "array"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Scan document of auditor",
        **body,
    }


def observation_value(signal: str, value: object) -> str:
    """A value from JSON as observations hold it.

    Raises:
        UsageError: the shape does not fit the signal.
    """
    if isinstance(value, str):
        return value
    shape = SIGNALS[signal].shape
    if shape not in _STRUCTURED or not isinstance(value, (dict, list)):
        wanted = "a JSON object or array" if shape in _STRUCTURED else "a string"
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


def _document(scan: Scan) -> dict[str, Any]:
    raw: dict[str, Any] = msgspec.to_builtins(scan)
    for asset in raw["assets"]:
        _asset(asset)
    for foreign in raw["coverage"]["out_of_scope"]:
        _observations(foreign["observations"])
    order = ("schema", "scan", "coverage", "summary", "assets", "sent", "law", "vendors")
    return {key: raw[key] for key in order}


def _asset(raw: dict[str, Any]) -> dict[str, Any]:
    _observations(raw["observations"])
    for child in raw["children"]:
        _asset(child)
    return raw


def _observations(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if SIGNALS[row["signal"]].shape in _STRUCTURED:
            try:
                value = parse(row["value"])
            except ValueError:
                continue  # a broken reply stays what it was: text
            if isinstance(value, (dict, list)):
                row["value"] = value


def _flat_asset(raw: dict[str, Any]) -> None:
    _flat_observations(raw.get("observations", ()))
    for child in raw.get("children", ()):
        _flat_asset(child)


def _flat_observations(rows: Any) -> None:  # noqa: ANN401 - JSON of unknown shape
    for row in rows:
        if not isinstance(row["value"], str):
            row["value"] = compact(row["value"])

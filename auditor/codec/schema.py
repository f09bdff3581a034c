"""The JSON Schema of the scan document."""

from typing import Any

import msgspec

from auditor.model.document import SCHEMA, Scan


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

"""``auditor.diff/1``, for programs."""

from typing import Any

import msgspec

from auditor.model.difference import SCHEMA, Difference
from auditor.report._api import Page


class JsonChanges:
    """The difference as it is."""

    name = "json"
    suffixes = (".json",)
    about = "auditor.diff/1, for programs"

    def render(self, found: Difference, page: Page) -> bytes:  # noqa: ARG002 - width says nothing here
        """Indented UTF-8 with the schema's id first."""
        raw: dict[str, Any] = msgspec.to_builtins(found)
        ordered = {"schema": raw.pop("schema"), **raw}
        return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a difference."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Difference of two scans of auditor",
        **msgspec.json.schema(Difference),
    }


CHANGES = JsonChanges()

"""model ⇄ JSON: the scan document, its schema, and the lines of ``audit identify``.

Observations hold structured values as JSON text; in the document they stand as JSON. Encoding is
deterministic: same values, same bytes.
"""

from auditor.codec.lines import judged_line, observation_value, verdicts_text
from auditor.codec.reading import decode, decode_asset
from auditor.codec.schema import schema
from auditor.codec.writing import encode, encode_asset

__all__ = [
    "decode",
    "decode_asset",
    "encode",
    "encode_asset",
    "judged_line",
    "observation_value",
    "schema",
    "verdicts_text",
]

"""model ⇄ JSON: the scan document, its schema, and the lines of ``audit identify``.

Observations hold structured values as JSON text; in the document they stand as JSON. Encoding is
deterministic: same values, same bytes.
"""

from auditor.codec.byline import decode_lines
from auditor.codec.lines import judged_line, observation_value, verdicts_text
from auditor.codec.reading import decode, decode_asset
from auditor.codec.schema import schema
from auditor.codec.shelf import Shelf
from auditor.codec.writing import asset_lines, encode, encode_asset, pieces

__all__ = [
    "Shelf",
    "asset_lines",
    "decode",
    "decode_asset",
    "decode_lines",
    "encode",
    "encode_asset",
    "judged_line",
    "observation_value",
    "pieces",
    "schema",
    "verdicts_text",
]

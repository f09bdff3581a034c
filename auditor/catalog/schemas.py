"""JSON Schemas of the files of vendor_db, for editors: ``python -m auditor.catalog.schemas``.

They are made from :mod:`auditor.catalog.shapes`, with the closed vocabularies written out. Editors
read them through the first line of each file (``#:schema …``, taplo and Even Better TOML), which
know draft 4 of JSON Schema and no later one. The loader stays the judge: what a schema cannot say
(references, proofs of patterns), ``audit db verify`` says.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from auditor.catalog.convert import BUILDS, EDGES
from auditor.catalog.locate import shipped
from auditor.catalog.shapes import (
    DbFile,
    ExemptionsFile,
    KindsFile,
    PolicyFile,
    RegimeFile,
    SourceShape,
    VendorFile,
)
from auditor.model.signals import SIGNALS
from auditor.model.words import (
    Affiliates,
    EvidenceCode,
    FindingClass,
    Grade,
    Kind,
    Role,
    Strength,
)

Json = dict[str, object]

FILES: Final[Mapping[str, object]] = {
    "vendor": VendorFile,
    "kinds": KindsFile,
    "regime": RegimeFile,
    "policy": PolicyFile,
    "exemptions": ExemptionsFile,
    "sources": dict[str, SourceShape],
    "db": DbFile,
}
"""Schema → shape."""

_TITLES: Final = {
    "vendor": "vendors/<id>.toml: a maker or a brand, with its rules",
    "kinds": "kinds.toml: rules that only tell what sort of equipment it is",
    "regime": "regimes/<id>/regime.toml: one law or list",
    "policy": "policies/<id>.toml: which regimes count together",
    "exemptions": "documented permissions, for --exemptions",
    "sources": "sources.toml: where the facts were read",
    "db": "db.toml: version and schema of the database",
}
_WORDS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("ClaimShape", "role"): tuple(Role),
    ("FingerprintShape", "signal"): tuple(sorted(SIGNALS)),
    ("FingerprintShape", "strength"): tuple(Strength),
    ("FingerprintShape", "kind"): tuple(Kind),
    ("OuiShape", "strength"): tuple(Strength),
    ("OuiShape", "kind"): tuple(Kind),
    ("RelationShape", "kind"): tuple(sorted(EDGES)),
    ("RelationShape", "code"): tuple(EvidenceCode),
    ("VendorFile", "builds"): tuple(sorted(BUILDS)),
    ("SourceShape", "code"): tuple(EvidenceCode),
    ("PartShape", "reaches"): ("device", "entity"),
    ("RegimeFile", "affiliates"): tuple(Affiliates),
    ("RegimeFile", "reaches"): tuple(Role),
    ("RegimeFile", "finding_class"): tuple(FindingClass),
    ("RegimeFile", "code"): tuple(EvidenceCode),
    ("PolicyFile", "minimum"): tuple(Grade),
    ("PolicyFile", "count"): tuple(FindingClass),
    ("PolicyFile", "unidentified"): ("unidentified", "indeterminate"),
}
_HINTS: Final[Mapping[tuple[str, str], str]] = {
    ("VendorFile", "id"): "kebab-case, stable, equal to the file name",
    ("VendorFile", "aliases"): "names that a brand or manufacturer field may hold",
    ("VendorFile", "builds"): "how much of what it sells it builds (most: measured)",
    ("VendorFile", "entity"): "legal entity of its devices; leave out where that is disputed",
    ("VendorFile", "family"): "the vendor in role maker for what this one sells",
    ("VendorFile", "only_video"): "a device of unknown kind still counts as video equipment",
    ("VendorFile", "platform_is_maker"): "running its firmware shows that it built the hardware",
    ("VendorFile", "video"): "its name or MAC block is a sign of video equipment",
    ("VendorFile", "oem_codes"): "customer codes inside firmware → vendor id of the label",
    ("FingerprintShape", "id"): "<vendor>.<signal-ish>.<word>, unique",
    ("FingerprintShape", "pattern"): "Python re, searched; anchored with ^ on short signals",
    ("FingerprintShape", "field"): "element, key, header or scope category that is matched",
    ("FingerprintShape", "all"): "further patterns that must all be found",
    ("FingerprintShape", "none"): "patterns that must not be found",
    ("FingerprintShape", "examples"): "values that the rule must match; at least one",
    ("FingerprintShape", "counterexamples"): "values that it must not match; for strong rules",
    ("FingerprintShape", "also"): "rules of other vendors that an example is known to meet",
    ("FingerprintShape", "note"): "a configuration finding, such as factory-state",
    ("OuiShape", "owner"): "pattern on the owner's name, upper case, punctuation → one blank",
    ("OuiShape", "names"): "exact strings of the registry that it must match",
    ("RegimeFile", "in_force"): "false: kept, evaluated only when asked for",
    ("RegimeFile", "reaches"): "the roles that the rule tests",
    ("RegimeFile", "evidence_as_of"): "when the sources were last read",
    ("RegimeFile", "meaning"): "what it restricts, for whom; only words that the law supports",
    ("RegimeFile", "limits"): "what it does not say",
    ("RegimeFile", "names_makers"): "false: tests categories or ownership; gives no verdict",
    ("RegimeFile", "facts"): "anything else worth keeping, free form",
}


def schema(name: str) -> Json:
    """One schema as JSON values.

    Args:
        name: a key of ``FILES``.
    """
    (root,), components = msgspec.json.schema_components(
        [FILES[name]], ref_template="#/definitions/{name}"
    )
    definitions = {key: _definition(key, of) for key, of in sorted(components.items())}
    top = root.get("$ref")
    inside = definitions.pop(str(top).rpartition("/")[2]) if top else _plain(root)
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        **inside,
        "title": _TITLES[name],
        **({"definitions": definitions} if definitions else {}),
    }


def _definition(shape: str, of: Json) -> Json:
    out = _plain(of)
    properties = out.get("properties")
    if isinstance(properties, dict):
        for key, value in properties.items():
            words = _WORDS.get((shape, key))
            if words:
                _limit(value, words)
            if (shape, key) in _HINTS:
                value["description"] = _HINTS[shape, key]
    if isinstance(out.get("description"), str):
        out["description"] = str(out["description"]).replace("``", "")
    return out


def _limit(value: Json, words: tuple[str, ...]) -> None:
    items = value.get("items")
    target = items if isinstance(items, dict) else value
    target["enum"] = [str(word) for word in words]


def _plain(value: Json) -> Json:
    """Without null, which TOML does not have, and without empty defaults."""
    out: Json = {}
    for key, item in value.items():
        if key == "default" and item in (None, [], {}):
            continue
        out[key] = _cleaned(item)
    choices = out.get("anyOf")
    if isinstance(choices, list):
        kept = [choice for choice in choices if choice != {"type": "null"}]
        out["anyOf"] = kept
        if len(kept) == 1:
            del out["anyOf"]
            out.update(kept[0])
    return out


def _cleaned(item: object) -> object:
    if isinstance(item, dict):
        return _plain(item)
    if isinstance(item, list):
        return [_cleaned(one) for one in item]
    return item


def text(name: str) -> str:
    """One schema as it stands in its file."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write ``schema/*.schema.json`` of the checkout's vendor_db."""
    folder = shipped() / "schema"
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / f"{name}.schema.json").write_text(text(name), encoding="utf-8")
    sys.stdout.write(f"{len(FILES)} schemas in {folder}\n")
    return 0


def place_of(name: str) -> Path:
    """Where a schema stands."""
    return shipped() / "schema" / f"{name}.schema.json"


if __name__ == "__main__":
    sys.exit(main())

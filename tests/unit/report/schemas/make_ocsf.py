"""Write ``ocsf-1.8.0.json`` from the official export of the OCSF schema.

``uv run --no-project --with ocsf-json-schema==1.2.0 python tests/unit/report/schemas/make_ocsf.py``

The package carries https://schema.ocsf.io/1.8.0/export/v2/schema and turns a class into JSON
Schema. Its JSON Schema leaves out the patterns of OCSF's own types (``ip_t``, ``mac_t``) and the
captions of enumerations; both are added here from the same export.
"""

import json
from pathlib import Path

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
CLASSES = ("inventory_info", "compliance_finding", "scan_activity")


def main() -> None:
    """Write the file beside this one."""
    export = get_ocsf_schema(version=VERSION)
    types = export["dictionary"]["types"]["attributes"]
    objects = {name.replace("/", "_"): body for name, body in export["objects"].items()}
    maker = OcsfJsonSchemaEmbedded(export)
    out = {"version": export["version"], "classes": {}, "captions": {}}
    for name in CLASSES:
        schema = maker.get_class_schema(class_name=name, profiles=[])
        patterns(schema["properties"], export["classes"][name]["attributes"], types)
        for part, body in schema["$defs"].items():
            patterns(body.get("properties", {}), objects[part]["attributes"], types)
        out["classes"][str(export["classes"][name]["uid"])] = schema
        out["captions"][name] = captions(export["classes"][name]["attributes"])
    for part in ("compliance", "device", "observable", "scan", "analytic", "os"):
        out["captions"][part] = captions(export["objects"][part]["attributes"])
    text = json.dumps(out, sort_keys=True, separators=(",", ":"))
    Path(__file__).with_name(f"ocsf-{VERSION}.json").write_text(text + "\n", encoding="utf-8")


def patterns(properties: dict, attributes: dict, types: dict) -> None:
    """Add the pattern of an attribute's type, where it has one."""
    for name, body in properties.items():
        pattern = types.get(attributes[name]["type"], {}).get("regex")
        if pattern and body.get("type") == "string":
            body["pattern"] = pattern


def captions(attributes: dict) -> dict:
    """Caption of each value of each enumeration, and the attribute that holds it."""
    return {
        name: {
            "sibling": body.get("sibling"),
            "values": {value: entry["caption"] for value, entry in body["enum"].items()},
        }
        for name, body in attributes.items()
        if "enum" in body
    }


if __name__ == "__main__":
    main()

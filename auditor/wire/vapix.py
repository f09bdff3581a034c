"""VAPIX parameters of Axis devices whose firmware is older than basic device information.

``param.cgi?action=list`` answers ``root.Brand.ProdNbr=P3301`` and so on, one a line.
Source: Axis's public VAPIX documentation, "Parameter management"; published replies of AXIS OS 5,
9 and 10 devices.
"""

import json
from collections.abc import Mapping
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import magicbox

_WANTED: Final = {
    "root.Brand.Brand": "Brand",
    "root.Brand.ProdFullName": "ProdFullName",
    "root.Brand.ProdNbr": "ProdNbr",
    "root.Brand.ProdShortName": "ProdShortName",
    "root.Brand.ProdType": "ProdType",
    "root.Brand.ProdVariant": "ProdVariant",
    "root.Properties.Firmware.Version": "Version",
    "root.Properties.Firmware.BuildDate": "BuildDate",
    "root.Properties.System.SerialNumber": "SerialNumber",
    "root.Properties.System.HardwareID": "HardwareID",
    "root.Properties.System.Architecture": "Architecture",
    "root.Properties.System.Soc": "Soc",
}


def parameters(data: bytes) -> Mapping[str, str]:
    """The identity in a list of parameters, by the names of basic device information.

    Raises:
        Malformed: none of the wanted parameters is there.
    """
    lines = magicbox.pairs(data)
    found = {name: lines[key] for key, name in _WANTED.items() if lines.get(key)}
    if not found:
        raise Malformed("none of the parameters that were asked for")
    return found


def value(found: Mapping[str, str]) -> str:
    """The parameters as JSON text, an observation's value."""
    return json.dumps(dict(found), ensure_ascii=False)

"""Where vendor_db stands: in the checkout, packaged beside the code, or installed as an update."""

from pathlib import Path

from auditor.catalog.folder import read_toml
from auditor.catalog.shapes import DbFile
from auditor.catalog.updates import counting, places, pointer_of
from auditor.model.errors import CatalogError

_MARK = "db.toml"


def home() -> Path:
    """The folder of the database in effect.

    An update that ``audit db update`` installed counts before the shipped database if its schema
    is the one that this code reads and it is newer than the shipped one.

    Raises:
        CatalogError: there is no database.
    """
    root = shipped()
    if all(pointer_of(place).current is None for place in places()):
        return root
    version = read_toml(root / _MARK, DbFile).version
    return counting(version) or root


def shipped() -> Path:
    """The folder of the database that came with the code.

    The checkout comes first: an editable install puts the packaged copy elsewhere, and a
    developer means the files in front of them.

    Raises:
        CatalogError: neither place holds a database.
    """
    package = Path(__file__).resolve().parents[1]
    for place in (package.parent / "vendor_db", package / "_vendor_db"):
        if (place / _MARK).is_file():
            return place
    raise CatalogError(f"vendor_db: no {_MARK} beside the code; reinstall auditor")

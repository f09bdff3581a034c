"""Where vendor_db stands: in the checkout, or packaged beside the code."""

from pathlib import Path

from auditor.model.errors import CatalogError

_MARK = "db.toml"


def home() -> Path:
    """The folder of the shipped database.

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

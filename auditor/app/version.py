"""The tool's name and version, as documents and user agents say it."""

from typing import Final

VERSION: Final = "0.1.0"
TOOL: Final = f"auditor {VERSION}"

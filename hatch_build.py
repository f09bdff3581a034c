"""Puts the compiled database into the wheel (``auditor/catalog/compiled.py`` says what it is)."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledDatabase(BuildHookInterface):  # type: ignore[type-arg]
    """Runs while hatchling builds the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile vendor_db; an editable install reads the checkout and takes none."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from auditor.catalog import compiled  # noqa: PLC0415 - the tree that is being built
        except ImportError as error:  # only slower: each user's first command compiles it
            self.app.display_warning(f"the wheel carries no compiled database: {error}")
            return
        finally:
            sys.path.remove(self.root)
        self._place = tempfile.TemporaryDirectory()
        path = Path(self._place.name) / compiled.SHIPPED.name
        path.write_bytes(compiled.encode(compiled.build(Path(self.root) / "vendor_db")))
        build_data["force_include"][str(path)] = f"auditor/{path.name}"

"""The appliance's memory, opened when first needed: a run scans even when it cannot be opened."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from auditor.app.appliance.config import Config
from auditor.app.nightly.post import Post
from auditor.history.door import sqlite_file
from auditor.history.notebook import Notebook
from auditor.history.store import History
from auditor.model.errors import ToolError

_NEEDED: Final = 256 * 1024
"""Bytes without which SQLite cannot even be opened: its shared memory and a few pages."""


class Memory:
    """The history of a configuration with its notebook and its post."""

    def __init__(self, config: Config, url: str, say: Callable[[str], None]) -> None:
        """Name it; nothing is opened yet.

        Args:
            config: the appliance's configuration.
            url: where the history is.
            say: hears what happens to alerts.
        """
        self._config = config
        self._url = url
        self._say = say
        self._history: History | None = None

    def history(self) -> History:
        """The history, opened, made or migrated.

        Raises:
            UsageError: a bad URL.
            ToolError: it cannot be opened.
        """
        if self._history is None:
            try:
                self._history = History(self._url)
            except ToolError as error:
                raise ToolError(f"{error}{_full(self._url)}") from None
        return self._history

    def notebook(self) -> Notebook:
        """What is remembered besides scans; raises as ``history`` does."""
        return Notebook(self.history())

    def post(self) -> Post:
        """The alerts; raises as ``history`` does."""
        return Post(self._config, self.notebook(), self._say)

    def close(self) -> None:
        """Let go of the database."""
        if self._history is not None:
            self._history.close()
            self._history = None


def _full(url: str) -> str:
    """SQLite says "disk I/O error" where the disk is full; this says it plainly."""
    file = sqlite_file(url)
    with suppress(OSError):
        if file is not None and shutil.disk_usage(file.parent).free < _NEEDED:
            return "; the disk is full"
    return ""

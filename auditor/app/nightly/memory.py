"""The appliance's memory, opened when first needed: a run scans even when it cannot be opened."""

from collections.abc import Callable

from auditor.app.nightly.config import Config
from auditor.app.nightly.post import Post
from auditor.history.notebook import Notebook
from auditor.history.store import History


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
            self._history = History(self._url)
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

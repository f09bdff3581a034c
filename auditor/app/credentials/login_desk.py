"""Opens what logging in needs: the credentials file, the memory of refusals, the families."""

from auditor.app import clock
from auditor.app.credentials import file
from auditor.app.credentials.login import Desk, check_files, families
from auditor.app.credentials.memory import Memory, Notes, Sealer
from auditor.app.state import state_folder
from auditor.history.notebook import Notebook
from auditor.history.store import History
from auditor.model.errors import UsageError


class Logins:
    """The logins of one scan, checked before a packet leaves."""

    def __init__(self, named: str, notes: Notes | None = None) -> None:
        """Read the file and open the memory.

        Args:
            named: the credentials file.
            notes: where refusals are remembered; None for the history of this user.

        Raises:
            UsageError: the file or the state folder does not fit.
            ToolError: the history cannot be opened, and without it no password is shown; or the
                WSDL files are not installed.
        """
        path = file.find(named)
        if path is None:
            raise UsageError(f"--credentials {named}: no such file")
        check_files()
        folder = state_folder()
        self._entries = file.read(path, Sealer.of(folder))
        self._history: History | None = None
        if notes is None:
            self._history = History(f"sqlite:///{folder / 'history.db'}")
            notes = Notebook(self._history)
        self._memory = Memory(notes)

    def desk(self) -> Desk:
        """What the logins share. Slow the first time; call it beside the discovery."""
        return Desk(
            entries=self._entries,
            memory=self._memory,
            logins=families(),
            clock=clock.stamp,
            monotonic=clock.monotonic,
        )

    def close(self) -> None:
        """Let go of the history."""
        if self._history is not None:
            self._history.close()

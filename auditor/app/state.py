"""Where the tool keeps what must survive a run."""

import os
from pathlib import Path


def state_folder() -> Path:
    """Where this user's state lives: ``$XDG_STATE_HOME/auditor``, ``/var/lib/auditor`` for root."""
    named = os.environ.get("XDG_STATE_HOME")
    if named:
        return Path(named) / "auditor"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/auditor")
    return Path.home() / ".local" / "state" / "auditor"

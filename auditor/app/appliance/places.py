"""Where an appliance keeps its history and its reports. Cheap to import: `audit diff` needs it."""

from pathlib import Path
from typing import TYPE_CHECKING

from auditor.app.state import state_folder

if TYPE_CHECKING:
    from auditor.app.appliance.config import Config


def history_url(config: "Config") -> str:
    """The history's URL, or the default file in the state folder."""
    return config.history.url or default_history()


def default_history() -> str:
    """The URL of the history of whoever has no configuration."""
    return f"sqlite:///{state_folder() / 'history.db'}"


def reports_folder(config: "Config") -> Path:
    """Where reports go."""
    return Path(config.report.directory) if config.report.directory else state_folder() / "reports"

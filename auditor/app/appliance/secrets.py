"""What an alert of the configuration is called, and its address and secret, wherever they stand."""

from pathlib import Path

from auditor.app.appliance.config import AlertPart
from auditor.model.errors import UsageError
from auditor.schedule import credential


def name_of(part: AlertPart, number: int) -> str:
    """An alert's name: as given, or by its place."""
    return part.name or f"alert-{number}"


def secrets_of(part: AlertPart) -> tuple[str, bytes | None]:
    """URL and secret, read from their files where they stand in files.

    Raises:
        UsageError: a file cannot be read.
    """
    url = part.url or _line(part.url_file)
    secret = part.secret or (_line(part.secret_file) if part.secret_file else None)
    return url, secret.encode() if secret else None


def _line(path: str | None) -> str:
    try:
        return credential.place(Path(path or "")).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None

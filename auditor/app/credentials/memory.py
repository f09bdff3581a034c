"""What devices refused: remembered in the history under digests that tell no password."""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from auditor.model.errors import UsageError

KEY_FILE: Final = "credential.key"
_KEY_BYTES: Final = 32


class Notes(Protocol):
    """As much of :class:`auditor.history.notebook.Notebook` as is needed here."""

    def refused(self, assets: Sequence[str]) -> dict[str, frozenset[str]]:
        """Asset id → the entries that it refused."""

    def refuse(self, asset: str, entry: str, *, at: str, why: str) -> None:
        """Remember a refusal."""


class Sealer:
    """Digests of entries, keyed with a random key that only this machine has.

    A plain hash of a password could be guessed from a list of passwords by whoever reads the
    history; one with a key cannot.
    """

    def __init__(self, key: bytes) -> None:
        """Use this key."""
        self._key = key

    @classmethod
    def of(cls, folder: Path) -> "Sealer":
        """The key in the state folder, made on first use.

        Raises:
            UsageError: it can neither be read nor made; then refusals could not be remembered.
        """
        path = folder / KEY_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return cls(_checked(path.read_bytes(), path))
            with os.fdopen(made, "wb") as opened:
                key = secrets.token_bytes(_KEY_BYTES)
                opened.write(key)
        except OSError as error:
            raise UsageError(
                f"{path}: {error.strerror}; without it refused logins cannot be remembered"
            ) from None
        return cls(key)

    def __call__(self, user: str, password: str, retry: str) -> str:
        """The digest of an entry: 64 hex digits."""
        told = json.dumps([user, password, retry]).encode()
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()


def _checked(key: bytes, path: Path) -> bytes:
    if len(key) != _KEY_BYTES:
        raise UsageError(f"{path}: damaged; remove it, and refused logins are tried once more")
    return key


class Memory:
    """Refusals of one history, by every id that a device is known under."""

    def __init__(self, notes: Notes) -> None:
        """Use these notes."""
        self._notes = notes

    async def has_refused(self, ids: Sequence[str], entry: str) -> bool:
        """Whether a device known under any of these ids refused the entry before.

        Raises:
            ToolError: the history does not answer.
        """
        found = await asyncio.to_thread(self._notes.refused, ids)
        return any(entry in entries for entries in found.values())

    async def refuse(self, ids: Sequence[str], entry: str, *, at: str, why: str) -> None:
        """Remember a refusal, whatever happens to the scan meanwhile.

        Raises:
            ToolError: the history does not take it.
        """

        def write() -> None:
            for one in ids:
                self._notes.refuse(one, entry, at=at, why=why)

        await asyncio.shield(asyncio.to_thread(write))

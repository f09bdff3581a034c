"""``credentials.toml``: its keys."""

import msgspec

ENTRIES = "login"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a user name or a password is, if not in the file itself. Exactly one key is given.

    Attributes:
        env: an environment variable.
        file: a file that only its owner can read; its first line.
        keyring: a service name of the desktop's keyring.
        credential: a name under ``$CREDENTIALS_DIRECTORY``, where systemd puts secrets.
    """

    env: str | None = None
    file: str | None = None
    keyring: str | None = None
    credential: str | None = None


class EntryPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``[[login]]``: whom it is for (one key), and what to show.

    Attributes:
        address: addresses that it is for.
        network: networks that it is for.
        mac: beginnings of hardware addresses.
        vendor: vendor ids, of the brand or of the maker.
        default: it is for every device that no other entry fits.
        user: the user name.
        password: the password.
        allow_basic: the password may be sent in clear (HTTP Basic without TLS).
        retry: any text; a changed one makes the entry new, so that devices that refused it are
            tried again.
        name: what people call the entry.
    """

    user: str | Source
    password: str | Source
    address: str | tuple[str, ...] = ()
    network: str | tuple[str, ...] = ()
    mac: str | tuple[str, ...] = ()
    vendor: str | tuple[str, ...] = ()
    default: bool = False
    allow_basic: bool = False
    retry: str | int = ""
    name: str | None = None

    def __repr__(self) -> str:  # type: ignore[explicit-override]
        """Nothing of what it holds."""
        return "EntryPart()"


class CredentialsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    login: tuple[EntryPart, ...]

    def __repr__(self) -> str:  # type: ignore[explicit-override]
        """Nothing of what it holds."""
        return f"CredentialsFile({len(self.login)} entries)"

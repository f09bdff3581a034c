"""Which fields of a reply hold what must never be kept: passwords, keys, names of users.

Replies behind a login are rebuilt from the fields that are wanted, so a field is kept only if a
decoder names it. Where a whole family of fields is kept, this list takes out what could open a
door.
"""

import re
from typing import Final

_SECRET: Final = re.compile(
    r"pass|pwd|passwd|secret|token|credential|auth|login|user|account|psk|wpa|wep|pin$"
    r"|(?:private|shared|encrypt\w*|access|api|stream|master)[_-]?key|^key$|verif\w*code|activat\w*code",
    re.IGNORECASE,
)
GONE: Final = ""


def is_secret(name: str) -> bool:
    """Whether a field of that name may hold a password, a key or the name of a user."""
    return _SECRET.search(name) is not None

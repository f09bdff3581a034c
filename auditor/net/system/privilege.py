"""What this process may do, and on whose behalf it does it."""

import os
import socket
from collections.abc import Mapping


def can_raw() -> bool:
    """Whether raw link-layer sockets open: they are tried, for capabilities say more than ids."""
    family = getattr(socket, "AF_PACKET", None)
    if family is None:
        return False
    try:
        socket.socket(family, socket.SOCK_RAW, 0).close()
    except OSError:
        return False
    return True


def invoking_user(environ: Mapping[str, str] | None = None) -> tuple[int, int] | None:
    """User and group id of whoever called ``sudo``, to whom written files shall belong.

    Args:
        environ: the environment; None for this process's own.

    Returns:
        None when we are not root, or root itself called.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    source = os.environ if environ is None else environ
    uid, gid = source.get("SUDO_UID", ""), source.get("SUDO_GID", "")
    if not (uid.isascii() and uid.isdigit() and gid.isascii() and gid.isdigit()) or int(uid) == 0:
        return None
    return int(uid), int(gid)

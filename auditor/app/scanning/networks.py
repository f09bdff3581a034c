"""The networks that this machine is attached to, as targets to offer."""

from auditor.net.system.interfaces import interfaces

_WIDEST_OFFER = 16


def attached() -> list[str]:
    """``CIDR   # interface`` for each attached network that could be scanned."""
    lines: list[str] = []
    for interface in interfaces():
        if interface.loopback or not interface.up:
            continue
        lines.extend(
            f"{address.network}   # {interface.name}"
            for address in interface.addresses
            if address.version == 4 and address.network.prefixlen >= _WIDEST_OFFER  # noqa: PLR2004
        )
    return lines or ["(no attached network; check the cable)"]

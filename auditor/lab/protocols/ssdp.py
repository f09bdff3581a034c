"""SSDP: answers M-SEARCH for the targets of the persona."""

import re
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_TARGET: Final = re.compile(rb"(?im)^ST:[ \t]*([^\r\n]+)")


class _Ssdp:
    """Header order, case and spacing of the reply are the persona's."""

    name = "ssdp"
    groups = ("239.255.255.250",)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply, or nothing when the target is not ours."""
        del device
        target = _TARGET.search(data)
        if not data.startswith(b"M-SEARCH") or target is None:
            return ()
        asked = target[1].decode("utf-8", "replace").strip()
        if asked not in {"ssdp:all", *service.data.texts("targets", ("upnp:rootdevice",))}:
            return ()
        answered = service.data.texts("targets", ("upnp:rootdevice",))[0]
        echo = answered if asked == "ssdp:all" else asked
        lines = [f"{k}: {v}".replace("{st}", echo) for k, v in service.data.pairs("headers")]
        text = "HTTP/1.1 200 OK\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
        return (Answer(data=text.encode(), spread=True),)


RESPONDER = _Ssdp()

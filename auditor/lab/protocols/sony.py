"""Sony's search on UDP 2380: lines of text between two markers."""

from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_QUESTION: Final = b"\x02ENQ:allinfo\xff\x03"


class _Sony:
    """Answers ``ENQ:allinfo`` only."""

    name = "sony"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply with the persona's lines."""
        del device
        if data != _QUESTION:
            return ()
        lines = b"".join(f"{k}:{v}".encode() + b"\xff" for k, v in service.data.pairs("lines"))
        return (Answer(data=b"\x02" + lines + b"\x03"),)


RESPONDER = _Sony()

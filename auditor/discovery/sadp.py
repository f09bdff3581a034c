"""SADP: Hikvision's search, which devices under other labels on the same firmware may answer too.

Devices answer to the sender or to the group, so the method listens on the protocol's own port. A
device that is set to another subnet answers all the same; such sightings lie outside the scope.
"""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import sadp


def _forms() -> Sequence[bytes]:
    return (sadp.inquiry(str(uuid4())),)


def _read(data: bytes) -> Iterator[Answer]:
    reply = sadp.decode(data)
    told = frozenset((name, text) for name, text in reply.fields.items() if name != "Uuid")
    yield Answer(facts=(("sadp", reply.text),), same=told)


METHOD: Method = Asking(
    Question(
        name="sadp",
        sends="SADP inquiry, twice; to the group, else to each address",
        port=sadp.PORT,
        forms=_forms,
        read=_read,
        group=sadp.GROUP,
        bind_port=sadp.PORT,
        join=True,
    )
)

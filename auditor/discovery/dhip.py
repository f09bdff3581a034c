"""DHIP: Dahua's search, which devices on its firmware answer whatever their label says."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import dhip


def _forms() -> Sequence[bytes]:
    return (dhip.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    reply = dhip.decode(data)
    yield Answer(facts=(("dhip", reply.text),), same=reply.text)


METHOD: Method = Asking(
    Question(
        name="dhip",
        sends="DHIP search, once to the group and once to the broadcast, else to each address",
        port=dhip.PORT,
        forms=_forms,
        read=_read,
        group=dhip.GROUP,
        broadcast=True,
    )
)

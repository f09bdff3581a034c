"""DHIP: Dahua's search, which devices on its firmware answer whatever their label says.

The first question asks for an answer to the asker. The second goes to the broadcast address and
lets devices answer their group: one that is set to another subnet hears it, and has no other way
to be heard.
"""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import dhip


def _forms() -> Sequence[bytes]:
    return (dhip.search(),)


def _forms_again() -> Sequence[bytes]:
    return (dhip.search(unicast_answer=False),)


def _read(data: bytes) -> Iterator[Answer]:
    reply = dhip.decode(data)
    yield Answer(facts=(("dhip", reply.text),), same=reply.text)


METHOD: Method = Asking(
    Question(
        name="dhip",
        sends="DHIP search, once to the group and once to the broadcast, else to each address",
        port=dhip.PORT,
        forms=_forms,
        forms_again=_forms_again,
        forms_host=_forms,
        read=_read,
        group=dhip.GROUP,
        broadcast=True,
        bind_port=dhip.PORT,
        answers_asker=True,
        join=True,
    )
)

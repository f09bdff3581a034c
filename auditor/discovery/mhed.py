"""MHED: TVT's search, answered to a second group by whatever bears its firmware.

Only the search is asked; the protocol's higher commands write. It has no form for a single host, so
nothing is asked where no group may be.
"""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Alone, Answer, Question
from auditor.wire import mhed


def _forms() -> Sequence[bytes]:
    return (mhed.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("tvt.mhed", mhed.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="mhed",
        sends="MHED search (command 1), four times, to the group 234.55.55.55",
        port=mhed.PORT,
        forms=_forms,
        read=_read,
        group=mhed.GROUP,
        answer_group=mhed.ANSWER_GROUP,
        join=True,
        bind_port=mhed.PORT,
        alone=Alone.NEVER,
        times=4,
        again=0.15,
        nudge=False,
    )
)

"""The older Dahua search: devices that know no DHIP, under whatever label."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import legacy


def _forms() -> Sequence[bytes]:
    return (legacy.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("dahua.legacy", legacy.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="legacy",
        sends="older Dahua search a3 01, three times; broadcast, else twice to each address",
        port=legacy.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        times=3,
        again=0.25,
        host_times=2,
        nudge=False,
    )
)

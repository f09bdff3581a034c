"""i-PRO's and Panasonic's search, behind the switch for rarely met makers."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import ipro


def _forms() -> Sequence[bytes]:
    return (ipro.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("ipro.discovery", ipro.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="ipro",
        sends="only with --rare: i-PRO search, three times; broadcast, else once to each address",
        port=ipro.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        bind_port=ipro.ANSWER_PORT,
        times=3,
        again=0.25,
        host_times=1,
        nudge=False,
        rare=True,
    )
)

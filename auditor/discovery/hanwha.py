"""Hanwha's search, behind the switch for rarely met makers."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import hanwha


def _forms() -> Sequence[bytes]:
    return (hanwha.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("hanwha.discovery", hanwha.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="hanwha",
        sends="only with --rare: Hanwha search, three times; broadcast, else once to each address",
        port=hanwha.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        bind_port=hanwha.ANSWER_PORT,
        times=3,
        again=0.25,
        host_times=1,
        nudge=False,
        rare=True,
    )
)

"""Bosch's search, behind the switch for rarely met makers."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import bosch


def _forms() -> Sequence[bytes]:
    return (bosch.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("bosch.discovery", bosch.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="bosch",
        sends="only with --rare: Bosch RCP+ search, three times; broadcast, else once to each address",
        port=bosch.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        bind_port=bosch.ANSWER_PORT,
        times=3,
        again=0.25,
        host_times=1,
        nudge=False,
        rare=True,
    )
)

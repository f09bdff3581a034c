"""Sony's search, behind the switch for rarely met makers."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import sony


def _forms() -> Sequence[bytes]:
    return (sony.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("sony.discovery", sony.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="sony",
        sends="only with --rare: Sony ENQ:allinfo search, three times; broadcast, else once to each address",
        port=sony.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        times=3,
        again=0.25,
        host_times=1,
        nudge=False,
        rare=True,
    )
)

"""Foscam's search, behind the switch for rarely met makers."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import foscam


def _forms() -> Sequence[bytes]:
    return (foscam.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("foscam.discovery", foscam.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="foscam",
        sends="only with --rare: Foscam MO_I search, three times; broadcast, else once to each address",
        port=foscam.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        bind_port=foscam.PORT,
        times=3,
        again=0.25,
        host_times=1,
        nudge=False,
        rare=True,
    )
)

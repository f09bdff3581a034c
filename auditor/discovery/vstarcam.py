"""VStarcam's search, behind the switch for rarely met makers."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import vstarcam


def _forms() -> Sequence[bytes]:
    return (vstarcam.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("vstarcam.discovery", vstarcam.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="vstarcam",
        sends="only with --rare: VStarcam DH 01 01 search, three times; broadcast, else once to each address",
        port=vstarcam.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        bind_port=vstarcam.PORT,
        times=3,
        again=0.25,
        host_times=1,
        nudge=False,
        rare=True,
    )
)

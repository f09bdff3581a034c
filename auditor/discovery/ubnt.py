"""Ubiquiti's search: cameras, access points and switches."""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import ubnt


def _forms() -> Sequence[bytes]:
    """Devices differ in which version they answer."""
    return (ubnt.search(1), ubnt.search(2))


def _read(data: bytes) -> Iterator[Answer]:
    yield Answer(facts=(("ubnt.discovery", ubnt.value(data)),), same=data)


METHOD: Method = Asking(
    Question(
        name="ubnt",
        sends="Ubiquiti search in versions 1 and 2, four times; to the group and the broadcast in"
        " turn, else once to each address",
        port=ubnt.PORT,
        forms=_forms,
        read=_read,
        group=ubnt.GROUP,
        broadcast=True,
        times=4,
        again=0.15,
        host_times=1,
        nudge=False,
    )
)

"""NetIP: Xiongmai's search, which its boards answer under many labels.

Only message 1530 is asked; 1532 would write. Answers come to the protocol's own port.
"""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import netip


def _forms() -> Sequence[bytes]:
    return (netip.search(),)


def _read(data: bytes) -> Iterator[Answer]:
    text = netip.value(data)
    yield Answer(facts=(("xm.netip", text),), same=text)


METHOD: Method = Asking(
    Question(
        name="netip",
        sends="Xiongmai search (message 1530), four times; broadcast, else twice to each address",
        port=netip.PORT,
        forms=_forms,
        read=_read,
        broadcast=True,
        bind_port=netip.PORT,
        times=4,
        again=0.15,
        host_times=2,
        nudge=False,
    )
)

"""TDP: TP-Link's search, answered by Tapo and VIGI cameras and by its other smart devices.

The question must carry a public key, to which devices encrypt some fields. It is made once for each
run of the program and its private half is dropped: nothing here wants to read those fields.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import tdp


@cache
def _key() -> str:
    """A public key in PEM whose private half nobody has. Takes a moment to make."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


def _forms() -> Sequence[bytes]:
    return (tdp.search(_key()),)


def _read(data: bytes) -> Iterator[Answer]:
    text = tdp.value(data)
    yield Answer(facts=(("tplink.tdp", text),), same=text)


METHOD: Method = Asking(
    Question(
        name="tdp",
        sends="TP-Link TDP probe, three times; broadcast, else twice to each address",
        port=tdp.PORT,
        forms=_forms,
        read=_read,
        prepare=_key,
        broadcast=True,
        times=3,
        again=0.3,
        host_times=2,
        nudge=False,
    )
)

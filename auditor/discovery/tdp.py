"""TDP: TP-Link's search, answered by Tapo and VIGI cameras and by its other smart devices.

The question must carry a public key, to which devices encrypt some fields. Nothing here wants to
read those fields, so the key is a number of the right size and shape, drawn at random for each run
of the program: nobody has the private half. Making a real pair takes a tenth of a second and more.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from secrets import randbits
from textwrap import wrap
from typing import Final

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import tdp

_BITS: Final = 2048
_HEAD: Final = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
_TAIL: Final = bytes.fromhex("0203010001")
"""What stands around the modulus in a SubjectPublicKeyInfo of RSA with 2048 bits (RFC 3279): the
algorithm before it, the exponent 65537 after it."""


@cache
def _key() -> str:
    """A public key in PEM whose private half nobody has."""
    modulus = randbits(_BITS) | 1 << _BITS - 1 | 1
    text = b64encode(_HEAD + modulus.to_bytes(_BITS // 8, "big") + _TAIL).decode("ascii")
    return "\n".join(
        ("-----BEGIN PUBLIC KEY-----", *wrap(text, 64), "-----END PUBLIC KEY-----", "")
    )


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
        broadcast=True,
        times=3,
        again=0.25,
        host_times=2,
        nudge=False,
    )
)

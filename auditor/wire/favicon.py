"""Icon hashes as the public fingerprint lists count them.

MD5 of the file as Rapid7's recog has it; ``mmh3`` as Shodan and the nuclei templates have it:
MurmurHash3 (x86, 32 bits, seed 0; Austin Appleby, public domain) of the file's MIME base64,
a line end after every 76 characters and at the end, as a signed number.
"""

import base64
import hashlib
import struct
from typing import Final

_MASK: Final = 0xFFFFFFFF
_C1: Final = 0xCC9E2D51
_C2: Final = 0x1B873593
_SIGN: Final = 0x80000000


def _scrambled(block: int) -> int:
    block = block * _C1 & _MASK
    return (block << 15 | block >> 17) * _C2 & _MASK


def murmur3_32(data: bytes | str, seed: int = 0) -> int:
    """MurmurHash3 x86 32, unsigned.

    Args:
        data: the bytes; text is hashed as UTF-8.
        seed: the seed, 0 to 2**32-1.
    """
    if isinstance(data, str):
        data = data.encode()
    state = seed & _MASK
    whole = len(data) & ~3
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        state ^= _scrambled(block)
        state = ((state << 13 | state >> 19) * 5 + 0xE6546B64) & _MASK
    if tail := data[whole:]:
        state ^= _scrambled(int.from_bytes(tail, "little"))
    state ^= len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & _MASK
    state = (state ^ state >> 13) * 0xC2B2AE35 & _MASK
    return state ^ state >> 16


def md5(data: bytes) -> str:
    """MD5 of the icon file, lower-case hex."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def mmh3(data: bytes) -> str:
    """The murmur3 hash of the icon's base64, as signed decimal text."""
    value = murmur3_32(base64.encodebytes(data))
    return str(value - 2 * _SIGN if value >= _SIGN else value)

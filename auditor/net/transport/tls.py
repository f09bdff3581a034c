"""TLS as old cameras speak it: nothing is verified, for the certificate is evidence, not trust."""

import ssl
import warnings
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from functools import cache
from typing import Final

from auditor.model.errors import Malformed
from auditor.net.transport.tcp import CHUNK, Pipe
from auditor.wire import tls as wire

_LEGACY_SERVER_CONNECT: Final = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, named since Python 3.12
_CIPHERS: Final = "ALL:!aNULL:!eNULL:@SECLEVEL=0"
_OLD_CIPHERS: Final = "kRSA+SHA1:kDHE+SHA1:!aNULL:!eNULL:@SECLEVEL=0"
_NO_EXTENSIONS: Final = ssl.OP_NO_TICKET | 0x1 | 0x80000  # extended master secret, encrypt-then-MAC
_HANDSHAKE_CAP: Final = 256 * 1024
_TLS_KINDS: Final = range(20, 25)


class Hello(IntEnum):
    """How a handshake is opened, newest first: each is plainer than the one before.

    Some old servers hang up on a hello that offers TLS 1.3, or on any extension, instead of
    choosing the version that they know.
    """

    NEWEST = 0
    """Everything from TLS 1.0 to 1.3."""
    TLS_1_2 = 1
    """TLS 1.2 at most: no word of TLS 1.3 in it."""
    TLS_1_0 = 2
    """TLS 1.0 with RSA and DH only, and no extension."""


@cache
def context(hello: Hello = Hello.NEWEST) -> ssl.SSLContext:
    """Client settings that meet any server from TLS 1.0 up, with old ciphers and short keys.

    We send nothing that is secret over it; a verified connection would only hide old devices.

    Args:
        hello: how plain the opening is.
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    tls.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # OP_NO_SSLv3 stays set
    tls.set_ciphers(_CIPHERS)
    tls.options |= _LEGACY_SERVER_CONNECT
    if hello is Hello.TLS_1_2:
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
    elif hello is Hello.TLS_1_0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # deprecated is what it is for
            tls.maximum_version = ssl.TLSVersion.TLSv1
        tls.set_ciphers(_OLD_CIPHERS)
        tls.options |= _NO_EXTENSIONS
    return tls


class TlsPipe:
    """TLS over another pipe.

    Attributes:
        certificate: the peer's leaf certificate in DER.
        tls_version: such as ``TLSv1.2``.

    A handshake that fails leaves in both what the server had shown in the clear.
    """

    def __init__(self, under: Pipe, hello: Hello = Hello.NEWEST) -> None:
        """Prepare; call :meth:`handshake` before anything else."""
        self._under = under
        self.opened_in = under.opened_in
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._at_end = False
        self._heard = bytearray()
        self.certificate: bytes | None = None
        self.tls_version: str | None = None
        # Without a server name: an address has none (RFC 6066).
        self._tls = context(hello).wrap_bio(self._incoming, self._outgoing, server_side=False)

    @property
    def may_speak_tls(self) -> bool:
        """Whether what was heard in the handshake, if anything, looks like TLS."""
        return not self._heard or self._heard[0] in _TLS_KINDS

    async def handshake(self, seconds: float) -> None:
        """Shake hands within a deadline.

        Raises:
            OSError: ssl.SSLError or as the system says; TimeoutError at the deadline.
        """
        self.arm(seconds)
        try:
            await self._handshake()
        except OSError:
            with suppress(Malformed):
                shown = wire.decode(bytes(self._heard))
                self.certificate, self.tls_version = shown.certificate, shown.version
            raise
        finally:
            self.disarm()

    async def _handshake(self) -> None:
        read = 0
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                got = await self._fill(self._heard)
                read += got
                if read > _HANDSHAKE_CAP or (not got and self._at_end):
                    raise ssl.SSLError(1, "the handshake has no end") from None
                self._at_end = not got
            except ssl.SSLError:
                with suppress(OSError):
                    await self._flush()  # our alert, so that the peer knows
                raise
            else:
                # Kept now: OpenSSL forgets them when the connection later breaks off.
                self.certificate = self._tls.getpeercert(binary_form=True)
                self.tls_version = self._tls.version()
                await self._flush()
                return

    def arm(self, seconds: float) -> None:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        self._under.arm(seconds)

    def disarm(self) -> None:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        self._under.disarm()

    def is_quiet(self) -> bool:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        left = self._tls.pending() or self._incoming.pending
        return not self._at_end and not left and self._under.is_quiet()

    def rest(self, ended: Callable[[], None] | None) -> None:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        self._under.rest(ended)

    def close(self) -> None:
        """Close the connection under it, without a word."""
        self._under.close()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._tls.write(view) :]
            except ssl.SSLWantReadError:  # the peer wants to shake hands anew first
                if self._at_end:
                    raise
                await self._flush()
                self._at_end = not await self._fill()
        await self._flush()

    async def receive(self, most: int) -> bytes:
        """Read at least one and at most ``most`` bytes; nothing at the end of the stream."""
        while True:
            try:
                return self._tls.read(min(most, CHUNK))
            except ssl.SSLWantReadError:
                if self._at_end:
                    return b""
                await self._flush()
                self._at_end = not await self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._under.send(self._outgoing.read())

    async def _fill(self, heard: bytearray | None = None) -> int:
        data = await self._under.receive(CHUNK)
        if heard is not None:
            heard += data
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return len(data)

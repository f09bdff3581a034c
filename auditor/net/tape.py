"""Tapes: every exchange as one line of JSON, written while scanning and answered from later."""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from auditor.model import errors
from auditor.model.errors import ConnReset, Malformed, NetError
from auditor.net.api import REPLY_CAP, Complete, Dialer, Stream

Endpoint = tuple[str, str, int]
"""``tcp``, ``tls`` or ``udp``, the address, the port."""

_KINDS: Final = {
    kind.ending.value: kind
    for kind in (
        errors.Refused,
        errors.Filtered,
        errors.TimedOut,
        errors.ConnReset,
        errors.TlsFailed,
        errors.TooBig,
        errors.Denied,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What was asked of one endpoint, and what came of it.

    Attributes:
        what: ``connect``, ``ask`` or ``datagram``.
        endpoint: whom.
        probe: on whose behalf.
        sent: the bytes that were sent.
        got: the reply, or the datagrams that came.
        error: how it failed, as the name of an ending; None when it did not.
        detail: the words of the failure.
        partial: what was read before the failure.
        certificate: the leaf certificate in DER, of a TLS connect.
        tls_version: of a TLS connect.
    """

    what: str
    endpoint: Endpoint
    probe: str = ""
    sent: bytes = b""
    got: tuple[bytes, ...] = ()
    error: str | None = None
    detail: str = ""
    partial: bytes = b""
    certificate: bytes | None = None
    tls_version: str | None = None

    def failure(self) -> NetError | None:
        """The error to raise again, if it failed."""
        if self.error is None:
            return None
        return _KINDS.get(self.error, NetError)(self.detail, partial=self.partial)


def to_line(exchange: Exchange) -> str:
    """One line of JSON, without the line end; bytes as base64."""
    kind, address, port = exchange.endpoint
    certificate = exchange.certificate
    return json.dumps(
        {
            "what": exchange.what,
            "kind": kind,
            "address": address,
            "port": port,
            "probe": exchange.probe,
            "sent": _text(exchange.sent),
            "got": [_text(got) for got in exchange.got],
            "error": exchange.error,
            "detail": exchange.detail,
            "partial": _text(exchange.partial),
            "certificate": None if certificate is None else _text(certificate),
            "tls_version": exchange.tls_version,
        },
        separators=(",", ":"),
    )


def from_line(line: str) -> Exchange:
    """Read one line of a tape.

    Raises:
        Malformed: it is none.
    """
    try:
        row = json.loads(line)
        certificate = row["certificate"]
        return Exchange(
            what=str(row["what"]),
            endpoint=(str(row["kind"]), str(row["address"]), int(row["port"])),
            probe=str(row["probe"]),
            sent=_bytes(row["sent"]),
            got=tuple(_bytes(got) for got in row["got"]),
            error=None if row["error"] is None else str(row["error"]),
            detail=str(row["detail"]),
            partial=_bytes(row["partial"]),
            certificate=None if certificate is None else _bytes(certificate),
            tls_version=None if row["tls_version"] is None else str(row["tls_version"]),
        )
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Malformed(f"not a line of a tape: {error}") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


class RecordingDialer:
    """Passes everything on to another dialer and writes down what came of it."""

    def __init__(self, dialer: Dialer, write: Callable[[str], object]) -> None:
        """Record.

        Args:
            dialer: does the work.
            write: is given each line, with its line end, as soon as the exchange ended.
        """
        self._dialer = dialer
        self._write = write

    def note(self, exchange: Exchange) -> None:
        """Write one exchange."""
        self._write(to_line(exchange) + "\n")

    @asynccontextmanager
    async def connect(
        self, address: str, port: int, *, probe: str, tls: bool = False, reuse: bool = False
    ) -> AsyncIterator[Stream]:
        """Open a connection and record it (see :class:`auditor.net.api.Dialer`)."""
        endpoint = ("tls" if tls else "tcp", address, port)
        opening = self._dialer.connect(address, port, probe=probe, tls=tls, reuse=reuse)
        entered = False
        try:
            async with opening as stream:
                entered = True
                self.note(
                    Exchange(
                        what="connect",
                        endpoint=endpoint,
                        probe=probe,
                        certificate=stream.certificate,
                        tls_version=stream.tls_version,
                    )
                )
                yield _RecordingStream(stream, endpoint, probe, self.note)
        except NetError as error:
            if not entered:
                self.note(_failed("connect", endpoint, probe, b"", error))
            raise

    async def datagram(
        self, address: str, port: int, payload: bytes, *, probe: str, wait: float, most: int = 1
    ) -> Sequence[bytes]:
        """Send a datagram and record it (see :class:`auditor.net.api.Dialer`)."""
        endpoint = ("udp", address, port)
        try:
            got = await self._dialer.datagram(
                address, port, payload, probe=probe, wait=wait, most=most
            )
        except NetError as error:
            self.note(_failed("datagram", endpoint, probe, payload, error))
            raise
        self.note(
            Exchange(what="datagram", endpoint=endpoint, probe=probe, sent=payload, got=tuple(got))
        )
        return got


class _RecordingStream:
    def __init__(
        self, stream: Stream, endpoint: Endpoint, probe: str, note: Callable[[Exchange], None]
    ) -> None:
        self._stream = stream
        self._endpoint = endpoint
        self._probe = probe
        self._note = note

    @property
    def certificate(self) -> bytes | None:
        return self._stream.certificate

    @property
    def tls_version(self) -> str | None:
        return self._stream.tls_version

    @property
    def reused(self) -> bool:
        return self._stream.reused

    @property
    def may_keep(self) -> bool:
        return self._stream.may_keep

    def ended(self, *, framed: bool, kept: bool) -> None:
        self._stream.ended(framed=framed, kept=kept)

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        try:
            got = await self._stream.ask(payload, complete, cap=cap, wait=wait)
        except NetError as error:
            if error.partial or not (self.reused and isinstance(error, ConnReset)):
                self._note(_failed("ask", self._endpoint, self._probe, payload, error))
            raise
        if not got and self.reused:
            return got  # it had ended before: the question is asked, and written down, anew
        self._note(
            Exchange(
                what="ask", endpoint=self._endpoint, probe=self._probe, sent=payload, got=(got,)
            )
        )
        return got


def _failed(what: str, endpoint: Endpoint, probe: str, sent: bytes, error: NetError) -> Exchange:
    return Exchange(
        what=what,
        endpoint=endpoint,
        probe=probe,
        sent=sent,
        error=error.ending.value,
        detail=str(error),
        partial=error.partial,
    )


_shape: type[Dialer] = RecordingDialer  # the type checker holds it to the shape

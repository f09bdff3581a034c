"""One connection to a device's web server, kept open between questions where the server allows it.

Old servers close after each answer, say so or not, or never end an answer when they are asked to
keep the connection. Each of these falls back to one connection a question.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

from auditor.model.errors import ConnReset, Malformed, TimedOut
from auditor.net.api import REPLY_CAP, Complete, Dialer, Stream
from auditor.probes import _web
from auditor.probes._api import Target
from auditor.wire import http

Write = Callable[[bool], bytes]
"""Writes a request anew; told whether to ask the server to keep the connection."""

_HANDSHAKE: Final = 1
_MESSAGE: Final = 1


class Line:
    """A connection for one question after the other.

    Attributes:
        held: the last answer has no end, because the server was asked to keep the connection.
    """

    def __init__(
        self, dialer: Dialer, target: Target, *, probe: str, spend: Callable[[int], None]
    ) -> None:
        """Be ready; nothing is opened.

        Args:
            dialer: the way out.
            target: where to ask.
            probe: whom to book the requests on.
            spend: takes so many requests from the budget, or raises.
        """
        self._dialer = dialer
        self._target = target
        self._probe = probe
        self._spend = spend
        self._may_keep = True
        self._stack: AsyncExitStack | None = None
        self._stream: _Heard | None = None
        self.held = False

    async def ask(self, write: Write) -> _web.Reply:
        """A question that may leave twice: once more where the server hung up, or held it open.

        Raises:
            NetError: nothing usable came, or the budget is spent.
            Malformed: what came is not HTTP.
        """
        reply = await self._over_kept(write) or await self.ask_once(write)
        return await self.ask_once(write) if self.held else reply

    async def ask_once(self, write: Write, leaving: Callable[[], None] | None = None) -> _web.Reply:
        """A question that leaves at most once, over a connection of its own.

        Args:
            write: writes it.
            leaving: called when the connection is open, before the question leaves.

        Raises:
            NetError: nothing usable came, or the budget is spent.
            Malformed: what came is not HTTP.
        """
        await self.close()
        target = self._target
        self._spend(_HANDSHAKE + _MESSAGE if target.tls else _MESSAGE)
        stack = AsyncExitStack()
        opening = self._dialer.connect(
            target.address, target.port, probe=self._probe, tls=target.tls
        )
        stream = _Heard(await stack.enter_async_context(opening))
        self._stack, self._stream = stack, stream
        return await self._exchange(stream, write, leaving)

    async def close(self) -> None:
        """Let go of the connection, if there is one."""
        stack, self._stack, self._stream = self._stack, None, None
        if stack is not None:
            await stack.aclose()

    async def _over_kept(self, write: Write) -> _web.Reply | None:
        """An answer over the connection that is open; None if there is none, or no more."""
        stream = self._stream
        if stream is None:
            return None
        self._spend(_MESSAGE)
        try:
            return await self._exchange(stream, write)
        except (ConnReset, Malformed):
            if stream.heard:
                raise
            self._may_keep = False  # it hangs up between questions without a word
            return None

    async def _exchange(
        self, stream: "_Heard", write: Write, leaving: Callable[[], None] | None = None
    ) -> _web.Reply:
        keep = self._may_keep
        is_kept = False
        try:
            payload = write(keep)
            if leaving is not None:
                leaving()
            reply = await _web.ask(stream, payload)
            is_kept = keep and reply.failure is None and http.persists(stream.heard)
        finally:
            if not is_kept:
                await self.close()
        self.held = keep and isinstance(reply.failure, TimedOut) and _has_no_end(reply)
        self._may_keep = keep and not self.held
        return reply


def _has_no_end(reply: _web.Reply) -> bool:
    response = reply.response
    return response.get("content-length") is None and response.get("transfer-encoding") is None


class _Heard:
    """A stream that remembers what the last question brought."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.heard = b""
        self.certificate = stream.certificate
        self.tls_version = stream.tls_version

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        self.heard = b""

        def seen(read: bytes) -> bool:
            self.heard = read
            return complete(read)

        return await self._stream.ask(payload, seen, cap=cap, wait=wait)

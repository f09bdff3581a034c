"""What is started and stopped, as a context manager for plain and for asynchronous code."""

import asyncio
from types import TracebackType
from typing import Protocol, TypeVar


class _Startable(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


_Own = TypeVar("_Own", bound=_Startable)


class Running:
    """For classes with ``start()`` and ``stop()``: runs between ``with`` and its end.

    A start that fails has cleaned up after itself; ``stop()`` may be called twice.
    """

    def __enter__(self: _Own) -> _Own:  # noqa: PYI019 - Self has no start()
        """Start."""
        self.start()
        return self

    def __exit__(
        self: _Startable,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, whatever happened."""
        self.stop()

    async def __aenter__(self: _Own) -> _Own:  # noqa: PYI019 - Self has no start()
        """Start, without holding up the event loop."""
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self: _Startable,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, without holding up the event loop."""
        await asyncio.to_thread(self.stop)

"""Streams run side by side: what one interface hears must not wait for another."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
A = TypeVar("A")


async def merged(*streams: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Items of several streams in the order in which they come.

    Each stream is drained by a task of its own, so that a slow consumer never makes a socket
    overflow. Closing the result, or an error in one stream, stops all of them; a consumer that may
    leave early wraps it in ``contextlib.aclosing``.

    Args:
        streams: async generators; each is run to its end.

    Raises:
        BaseException: whatever a stream raised.
    """
    queue: asyncio.Queue[tuple[T] | None] = asyncio.Queue()

    async def drain(stream: AsyncIterator[T]) -> None:
        try:
            async for item in stream:
                queue.put_nowait((item,))
        finally:
            queue.put_nowait(None)

    tasks = [asyncio.create_task(drain(stream)) for stream in streams]
    try:
        running = len(tasks)
        while running:
            entry = await queue.get()
            if entry is not None:
                yield entry[0]
                continue
            running -= 1
            for task in tasks:
                if task.done():
                    task.result()
        for task in tasks:
            await task
    finally:
        await stopped(*tasks)


async def pooled(
    items: Iterable[A], work: Callable[[A], Awaitable[T | None]], *, most: int
) -> AsyncGenerator[T, None]:
    """Results of ``work`` for each item, as they come, with a bound on what runs at once.

    Args:
        items: read lazily, so a generator over a large scope is fine.
        work: called once an item; a None result is left out.
        most: how many run at once.
    """
    shared = iter(items)

    async def worker() -> AsyncIterator[T]:
        for item in shared:
            result = await work(item)
            if result is not None:
                yield result

    async for result in merged(*(worker() for _ in range(most))):
        yield result


async def stopped(*tasks: "asyncio.Task[T]") -> None:
    """Cancel tasks and wait until they have cleaned up; their errors are dropped."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

"""nmap as our own child process: started without a shell, bounded, and killed when we are."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

MOST_OUTPUT = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_MOST_COMPLAINT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a run left behind.

    Attributes:
        xml: standard output, possibly cut short.
        complaint: the last line of standard error, for people.
        whole: False when the run was killed or its output passed the cap.
    """

    xml: bytes
    complaint: str
    whole: bool


def binary() -> str | None:
    """Path of the nmap binary; None when it is not installed."""
    return shutil.which("nmap")


async def run(command: Sequence[str], *, seconds: float) -> Output:
    """Run nmap to its end or to the deadline.

    The child is killed when the deadline passes and when this task is cancelled.

    Args:
        command: binary and arguments; targets must be validated addresses.
        seconds: the deadline.

    Raises:
        OSError: the binary cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = bytearray(), bytearray()
    whole = True
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(
                _drain(process.stdout, out, MOST_OUTPUT),
                _drain(process.stderr, err, _MOST_COMPLAINT),
            )
            whole = await process.wait() == 0
    except TimeoutError:
        whole = False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = err.decode(errors="replace").strip().splitlines()
    return Output(
        xml=bytes(out), complaint=lines[-1] if lines else "", whole=whole and len(out) < MOST_OUTPUT
    )


async def _drain(stream: asyncio.StreamReader | None, into: bytearray, cap: int) -> None:
    """Read to the end; keep at most ``cap`` bytes."""
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        into += chunk[: cap - len(into)]

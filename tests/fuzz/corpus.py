"""The small corpus that stands in the repository: one text file per target, one base64 line per input."""

import base64
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
REPLIES = Path(__file__).parents[1] / "replies"


def read(target: str) -> tuple[bytes, ...]:
    """The inputs of a target, in the order of the file; none when it has no file."""
    path = FOLDER / f"{target}.txt"
    if not path.exists():
        return ()
    return tuple(base64.b64decode(line, validate=True) for line in path.read_text().splitlines())


def write(target: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs, shortest first, each once."""
    chosen = sorted(set(inputs), key=lambda data: (len(data), data))
    lines = [base64.b64encode(data).decode() + "\n" for data in chosen]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{target}.txt").write_text("".join(lines))


def seeds() -> tuple[bytes, ...]:
    """The recorded and documented replies of every protocol."""
    return tuple(sorted(path.read_bytes() for path in REPLIES.glob("*/*/reply.*")))

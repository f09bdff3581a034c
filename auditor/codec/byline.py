"""Reading a document line by line, so that one with many assets is never in memory whole."""

from dataclasses import replace
from typing import IO, Final

from auditor.codec.reading import decode
from auditor.codec.shelf import KEPT, Shelf
from auditor.model.document import Scan

_OPEN: Final = b' "assets": ['
_BETWEEN: Final = b"  {"


def decode_lines(stream: IO[bytes], *, name: str = "scan document", kept: int = KEPT) -> Scan:
    """Read a document as :func:`auditor.codec.encode` lays it out, one asset a line.

    A document in another layout is read as well, but whole.

    Args:
        stream: at the beginning of the document.
        name: what to call it in an error.
        kept: assets that stay objects; the others are read when they are asked for.

    Raises:
        UsageError: it is no scan document, or a line of it is no asset.
        OSError: it cannot be read.
    """
    frame: list[bytes] = []
    shelf = Shelf(kept)
    inside = False
    for line in stream:
        if inside and line.startswith(_BETWEEN):
            shelf.append_line(line.strip().removesuffix(b","))
            continue
        inside = line.rstrip() == _OPEN
        frame.append(line)
    found = decode(b"".join(frame), name=name)
    return replace(found, assets=shelf.settled()) if shelf else found

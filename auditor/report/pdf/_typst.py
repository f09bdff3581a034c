"""The door to typst: the template and its data in, the PDF out."""

import json
from functools import cache
from importlib import resources
from typing import Final

from auditor.model.errors import ToolError

STANDARDS: Final = ("a-2a", "ua-1")
"""PDF/A-2a for the archive, PDF/UA-1 for readers that speak."""

_TEMPLATES: Final = ("main.typ", "style.typ", "parts.typ", "findings.typ")
_INSTALL: Final = "PDF reports need typst: pip install 'camera-auditor[pdf]'"


def compiled(data: dict[str, object]) -> bytes:
    """The PDF of a document.

    The data reaches the template as JSON; no text of it is ever read as markup. Fonts of this
    machine are left aside, nothing is loaded, no clock is read: same data, same bytes.

    Raises:
        ToolError: typst is not installed, or it refuses the document.
    """
    try:
        import typst  # noqa: PLC0415 - an optional extra, and slow to load
    except ImportError:
        raise ToolError(_INSTALL) from None
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    try:
        compiler = typst.Compiler(  # type: ignore[type-var] # its stub forgets the mapping
            input=_sources(),
            ignore_system_fonts=True,
            sys_inputs={"data": text},
        )
        made = compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=0)
    except typst.TypstError as error:
        raise ToolError(f"typst refuses the report: {error.message[:300]}") from None
    if not isinstance(made, bytes):
        raise ToolError("typst gave no PDF")
    return made


@cache
def _sources() -> dict[str, bytes]:
    folder = resources.files("auditor.report.pdf").joinpath("template")
    return {name: folder.joinpath(name).read_bytes() for name in _TEMPLATES}

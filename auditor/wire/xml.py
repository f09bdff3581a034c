"""XML that devices send: parsed without DTDs and entities, capped in size, depth and nodes.

Everyone speaks it: ONVIF and WS-Discovery (SOAP), Hikvision SADP and ISAPI, UPnP descriptions.
The grammar is the W3C's XML 1.0 with Namespaces; what is tolerated beyond it (byte-order marks,
NULs, text before and after the document, bare ampersands, control characters, undeclared
prefixes, wrong encodings) is what small firmware is known to get wrong.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from auditor.model.errors import Malformed
from auditor.wire._text import lenient

CAP: Final = 262_144
DEPTH_CAP: Final = 64
NODE_CAP: Final = 20_000

_DECLARED: Final = re.compile(rb"^[^<>]{0,8}<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9._-]{1,20})")
_BARE_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PREFIXES: Final = re.compile(r"[<\s/](?!xml)([A-Za-z_][\w.-]{0,30}):")
_DECLARATIONS: Final = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,30})\s{0,4}=")
_PREFIX_CAP: Final = 40
_UNDECLARED: Final = "urn:undeclared:"
_ROOT_TAG: Final = re.compile(r"<[A-Za-z_][\w.:-]{0,100}")
_PROLOGUE: Final = re.compile(r"^\s{0,40}<\?xml[^>]{0,200}\?>")
_FOLLOWS: Final = re.compile(rb"\s{0,20}<[A-Za-z_]")
_EXCERPT: Final = "excerpt"
_TOO_MUCH: Final = "XML is nested too deep or has too many elements"
_JUNK_AFTER: Final = 9
_UNBOUND_PREFIX: Final = 27
_BAD_TOKEN: Final = frozenset({4, 11})
"""Expat's codes: not well-formed, undefined entity."""
_CUT: Final = frozenset({3, 5, 6, 20})
"""Expat's codes at the end of a text: elements, a tag, a letter or a CDATA section is left open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed document.

    Attributes:
        root: its root element.
        namespaces: the namespace URIs that it declares, in order, each once.
        text: the text that was parsed, from the first ``<``.
    """

    root: Element
    namespaces: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gleaned:
    """What a document holds, without its tree.

    Attributes:
        root: local name of the root element.
        namespaces: the namespace URIs that it declares, in order, each once.
        leaves: texts of the elements without children, by local name, in document order.
    """

    root: str
    namespaces: tuple[str, ...]
    leaves: dict[str, tuple[str, ...]]


class _Target:
    """Counts what the parser finds and keeps the namespaces; what else is kept, others say."""

    def __init__(self) -> None:
        self.spaces: dict[str, None] = {}
        self._depth = self._nodes = 0

    @property
    def has_leaves(self) -> bool:
        """Whether whole leaves were kept, that are of use even where the document is cut."""
        return False

    @property
    def is_leaf(self) -> bool:
        """Whether one element alone was read."""
        return self._nodes == 1

    def start_ns(self, _prefix: str | None, uri: str | None) -> None:
        """A namespace is declared; with nothing, the default namespace is taken back."""
        if uri and not uri.startswith(_UNDECLARED):
            self.spaces[uri] = None


class _Builder(_Target):
    """Builds the tree."""

    def __init__(self) -> None:
        super().__init__()
        tree = TreeBuilder()
        self._start, self._end = tree.start, tree.end
        self.data, self.close = tree.data, tree.close

    def start(self, tag: str, attrs: list[str]) -> None:
        """An element begins; its attributes are names and values in turn."""
        self._depth += 1
        self._nodes += 1
        if self._depth > DEPTH_CAP or self._nodes > NODE_CAP:
            raise Malformed(_TOO_MUCH)
        self._start(
            _clark(tag),
            {_clark(name): text for name, text in zip(attrs[::2], attrs[1::2], strict=True)}
            if attrs
            else {},
        )

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        self._end(tag)


class _Gleaner(_Target):
    """Keeps the texts of elements without children, and no tree."""

    def __init__(self) -> None:
        super().__init__()
        self.root = ""
        self.found: dict[str, list[str]] = {}
        self._texts: list[str] = []
        self.data = self._texts.append
        self._childless = False

    @property
    def has_leaves(self) -> bool:  # type: ignore[explicit-override]
        """As above."""
        return bool(self.found)

    def start(self, tag: str, _attrs: list[str]) -> None:
        """An element begins."""
        self._depth += 1
        self._nodes += 1
        if self._depth > DEPTH_CAP or self._nodes > NODE_CAP:
            raise Malformed(_TOO_MUCH)
        if self._nodes == 1:
            self.root = local(tag)
        self._texts.clear()
        self._childless = True

    def end(self, tag: str) -> None:
        """An element ends; if none began since it did, the texts since then are its own."""
        self._depth -= 1
        if self._childless:
            self._childless = False
            self.found.setdefault(local(tag), []).append("".join(self._texts).strip())


_Kind = TypeVar("_Kind", _Builder, _Gleaner)


def _clark(name: str) -> str:
    """A name as ElementTree writes it; expat leaves the first brace out."""
    return "{" + name if "}" in name else name


def _fed(text: str, target: _Builder | _Gleaner) -> tuple[object, ParseError | None, int]:
    """What the target closes with; the parser's complaint, and the byte at which it has it."""
    parser = DefusedXMLParser(
        target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    # The class's own handlers look every name up and hand on: a third of the time. Its default
    # handler is there for the entities of a DTD, and there is none.
    parser.parser.StartElementHandler = target.start
    parser.parser.EndElementHandler = target.end
    parser.parser.StartNamespaceDeclHandler = target.start_ns
    parser.parser.DefaultHandlerExpand = None
    try:
        parser.feed(text)
        return parser.close(), None, 0
    except ParseError as why:
        return None, why, parser.parser.ErrorByteIndex


def _mended(text: str, why: ParseError, at: int, *, leaf_only: bool = False) -> str | None:
    """The text with the fault that the parser found taken out; None when it cannot be.

    With ``leaf_only``, what was read so far is one element without children: if another follows,
    these are elements that somebody took out of their document.
    """
    if why.code == _JUNK_AFTER and leaf_only and _FOLLOWS.match(text.encode()[at : at + 40]):
        return f"<{_EXCERPT}>{_PROLOGUE.sub('', text, count=1)}"  # an end that is cut, as theirs
    if why.code == _JUNK_AFTER:
        return text.encode()[:at].decode(errors="ignore").rstrip()
    if why.code in _BAD_TOKEN:
        return _BARE_AMPERSAND.sub("&amp;", _CONTROL.sub("", text))
    if why.code == _UNBOUND_PREFIX:
        declared = set(_DECLARATIONS.findall(text))
        missing = [p for p in dict.fromkeys(_PREFIXES.findall(text)) if p not in declared]
        extra = "".join(f' xmlns:{p}="{_UNDECLARED}{p}"' for p in missing[:_PREFIX_CAP])
        return _ROOT_TAG.sub(lambda tag: tag[0] + extra, text, count=1)
    return None


def _read(
    data: str | bytes, cap: int, fresh: Callable[[], _Kind], *, may_be_cut: bool = False
) -> tuple[object, _Kind, str]:
    """What the target closes with, the target, and the text that was parsed into it.

    With ``may_be_cut``, nothing is what a document closes with that ends too soon.
    """
    text = _from_first(data, cap)
    for _ in range(4):
        target = fresh()
        try:
            closed, why, at = _fed(text, target)
        except (DefusedXmlException, ValueError) as refused:
            raise Malformed(f"XML: {refused}") from refused
        if why is None:
            return closed, target, text
        if may_be_cut and why.code in _CUT and target.has_leaves:
            return None, target, text
        mended = _mended(text, why, at, leaf_only=may_be_cut and target.is_leaf)
        if mended is None or mended == text:
            raise Malformed(f"XML: {why}") from why
        text = mended
    raise Malformed("XML has too many faults")


def _from_first(data: str | bytes, cap: int) -> str:
    """The text from its first ``<``."""
    if len(data) > cap:
        raise Malformed(f"XML is longer than {cap}")
    if isinstance(data, bytes):
        declared = _DECLARED.match(data[:200])
        data = lenient(data, declared[1].decode("ascii") if declared else None)
    start = data.find("<")
    if start < 0:
        raise Malformed("no XML")
    return data[start:].rstrip("\0 \r\n\t") if "\0" not in data else data[start:].replace("\0", "")


def document(data: str | bytes, *, cap: int = CAP) -> Document:
    """Parse XML and keep the namespaces that it declares.

    Args:
        data: the document; bytes are decoded leniently.
        cap: most characters or bytes to accept.

    Raises:
        Malformed: no XML, a DTD or entity declaration, or too big, deep or wide.
    """
    root, target, text = _read(data, cap, _Builder)
    return Document(root=cast("Element", root), namespaces=tuple(target.spaces), text=text)


def gleaned(data: str | bytes, *, cap: int = CAP) -> Gleaned:
    """Parse XML for its leaves only, in half the time.

    Of a document that ends too soon (a reply that was cut, a paste that was) the leaves that are whole
    are read; elements that stand one behind the other without their document count as one, with
    ``excerpt`` as its root.

    Args:
        data: the document; bytes are decoded leniently.
        cap: most characters or bytes to accept.

    Raises:
        Malformed: no XML, a DTD or entity declaration, or too big, deep or wide.
    """
    _, target, _ = _read(data, cap, _Gleaner, may_be_cut=True)
    return Gleaned(
        root=target.root,
        namespaces=tuple(target.spaces),
        leaves={name: tuple(texts) for name, texts in target.found.items()},
    )


def parse(data: str | bytes, *, cap: int = CAP) -> Element:
    """Parse XML into its root element.

    Args:
        data: the document; bytes are decoded leniently.
        cap: most characters or bytes to accept.

    Raises:
        Malformed: no XML, a DTD or entity declaration, or too big, deep or wide.
    """
    return document(data, cap=cap).root


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def leaves(element: Element) -> dict[str, tuple[str, ...]]:
    """Texts of the elements without children, by local name, in document order."""
    found: dict[str, list[str]] = {}
    for one in element.iter():
        if not len(one):
            found.setdefault(local(one.tag), []).append((one.text or "").strip())
    return {name: tuple(texts) for name, texts in found.items()}


def child(element: Element, name: str) -> Element | None:
    """The first child with that local name."""
    for one in element:
        if local(one.tag) == name:
            return one
    return None


def first(element: Element, *path: str) -> str | None:
    """Text of the first element down a path of local names.

    The first name is looked for at any depth below the element, the others among children.

    Returns:
        The trimmed text, or None when the path leads nowhere or to no text.
    """
    if not path:
        return (element.text or "").strip() or None
    for one in element.iter():
        if one is element or local(one.tag) != path[0]:
            continue
        at: Element | None = one
        for name in path[1:]:
            at = child(at, name) if at is not None else None
        if at is not None:
            return (at.text or "").strip() or None
    return None

"""Blocks → DOCX. The one door to python-docx.

Tables and paragraphs are written as elements: python-docx's own table calls take quadratic time.
Text only ever becomes text: no field, hyperlink, picture or macro is made from it. The same
blocks give the same bytes.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Inches, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from auditor.report.far.blocks import (
    Blank,
    Block,
    Bullets,
    Cell,
    Heading,
    Notice,
    Paper,
    Small,
    Table,
)

_FONT: Final = "Arial"
_INK: Final = RGBColor(0x1B, 0x2A, 0x41)
_EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_WIDTH: Final = 9960  # twentieths of a point: 7 inches between the margins, less the indent
_INDENT: Final = "110"  # so that borders, not texts, meet the margin
_TALL: Final = "560"  # room for handwriting
_SMALL: Final = "16"  # half points
_CELL: Final = "19"
_SHADE_HEAD: Final = "DFE5EE"
_SHADE_NOTICE: Final = "F2F4F8"


def docx(paper: Paper) -> bytes:
    """The document as the bytes of a ``.docx`` file."""
    document = Document()
    _properties(document, paper)
    _styles(document)
    _page(document, paper)
    body = document.element.body
    end = body.sectPr
    for element in _elements(paper):
        end.addprevious(element)
    stream = io.BytesIO()
    _without_picture(document)
    document.save(stream)
    return _repacked(stream.getvalue())


def _without_picture(document: DocumentType) -> None:
    """Take out the template's preview picture, which shows another document."""
    package = document.part.package
    relations = package.rels if package else {}
    for name in [key for key, one in relations.items() if one.reltype == RT.THUMBNAIL]:
        del relations[name]


def _properties(document: DocumentType, paper: Paper) -> None:
    core = document.core_properties
    at = _time(paper.at)
    core.title, core.subject = paper.title[:255], paper.subject[:255]
    core.author = core.last_modified_by = paper.tool[:255]
    core.comments, core.keywords, core.category = "", "", "draft"
    core.language = "en-US"
    core.created = core.modified = at


def _time(text: str) -> datetime:
    """A scan's time for the properties; 1980 where a document holds none that can be read."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return _EPOCH
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    try:
        return read.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    except OverflowError:
        return _EPOCH


def _styles(document: DocumentType) -> None:
    sizes = {"Normal": 10, "Title": 20, "Heading 1": 14, "Heading 2": 11.5, "Heading 3": 10}
    for name, size in sizes.items():
        style = document.styles[name]
        if not isinstance(style, ParagraphStyle):
            raise TypeError(f"{name} is no paragraph style in the template")
        style.font.name, style.font.size = _FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), _FONT)
        if name != "Normal":
            style.font.color.rgb = _INK
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_after = Pt(4)
    normal = document.styles["Normal"]
    if isinstance(normal, ParagraphStyle):
        normal.paragraph_format.space_after = Pt(6)
        normal.paragraph_format.line_spacing = 1.1


def _page(document: DocumentType, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(0.75)
    section.top_margin = section.bottom_margin = Inches(0.9)
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    head._p.append(_run(paper.head, size=_SMALL))  # noqa: SLF001 - the element below the wrapper
    foot = section.footer.paragraphs[0]._p  # noqa: SLF001
    foot.append(_run(f"{paper.foot} · page ", size=_SMALL))
    foot.append(_page_field("PAGE"))
    foot.append(_run(" of ", size=_SMALL))
    foot.append(_page_field("NUMPAGES"))


def _page_field(code: str) -> BaseOxmlElement:
    """A page number: the only kind of field in the document."""
    field = _element("w:fldSimple", instr=code)
    field.append(_run("1", size=_SMALL))
    return field


def _elements(paper: Paper) -> Iterable[BaseOxmlElement]:
    yield _paragraph(paper.title, style="Title")
    if paper.under:
        yield _paragraph(paper.under)
    for block in paper.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterable[BaseOxmlElement]:
    if isinstance(block, Heading):
        yield _paragraph(block.text, style=f"Heading{block.level}")
    elif isinstance(block, Notice):
        yield _notice(block)
    elif isinstance(block, Bullets):
        for text in block.texts:
            yield _paragraph(text, style="ListBullet")
    elif isinstance(block, Table):
        yield _table(block)
        yield _gap()
    else:
        yield _paragraph(block.text, strong=block.strong)


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    element: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _paragraph(text: str, *, style: str | None = None, strong: bool = False) -> BaseOxmlElement:
    paragraph = _element("w:p")
    if style:
        properties = _element("w:pPr")
        properties.append(_element("w:pStyle", val=style))
        paragraph.append(properties)
    paragraph.append(_run(text, strong=strong))
    return paragraph


def _gap() -> BaseOxmlElement:
    """A thin paragraph, so that two tables do not grow together."""
    paragraph, properties = _element("w:p"), _element("w:pPr")
    properties.append(_element("w:spacing", before="0", after="80", line="120", lineRule="exact"))
    paragraph.append(properties)
    return paragraph


def _notice(block: Notice) -> BaseOxmlElement:
    paragraph, properties = _element("w:p"), _element("w:pPr")
    border = _element("w:pBdr")
    border.append(_element("w:left", val="single", sz="24", space="8", color="9A6700"))
    properties.append(border)
    properties.append(_element("w:shd", val="clear", color="auto", fill=_SHADE_NOTICE))
    properties.append(_element("w:spacing", before="120", after="160"))
    properties.append(_element("w:ind", left="200"))
    paragraph.append(properties)
    paragraph.append(_run(f"{block.word} ", strong=True))
    paragraph.append(_run(block.text))
    return paragraph


def _run(
    text: str, *, strong: bool = False, size: str | None = None, marked: bool = False
) -> BaseOxmlElement:
    run, properties = _element("w:r"), _element("w:rPr")
    if strong:
        properties.append(_element("w:b"))
    if size:
        properties.append(_element("w:sz", val=size))
        properties.append(_element("w:szCs", val=size))
    if marked:
        properties.append(_element("w:highlight", val="yellow"))
    if len(properties):
        run.append(properties)
    for index, line in enumerate(text.split("\n")):
        if index:
            run.append(_element("w:br"))
        words = _element("w:t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(words)
    return run


def _table(table: Table) -> BaseOxmlElement:
    total = sum(table.widths)
    widths = [str(_WIDTH * width // total) for width in table.widths]
    element = _element("w:tbl")
    element.append(_table_properties(table.caption))
    grid = _element("w:tblGrid")
    for width in widths:
        grid.append(_element("w:gridCol", w=width))
    element.append(grid)
    header = tuple((word,) for word in table.header)
    element.append(_row(header, widths, head=True))
    for row in table.rows:
        element.append(_row(row, widths, head=False, tall=table.tall))
    return element


def _table_properties(caption: str) -> BaseOxmlElement:
    properties = _element("w:tblPr")
    properties.append(_element("w:tblStyle", val="TableGrid"))
    properties.append(_element("w:tblW", w=str(_WIDTH), type="dxa"))
    properties.append(_element("w:tblInd", w=_INDENT, type="dxa"))
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="AEB6C2"))
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    properties.append(_element("w:tblLook", val="0020", firstRow="1", noHBand="1", noVBand="1"))
    properties.append(_element("w:tblCaption", val=caption))
    properties.append(_element("w:tblDescription", val=caption))
    return properties


def _row(
    cells: Iterable[tuple[Cell, ...]], widths: list[str], *, head: bool, tall: bool = False
) -> BaseOxmlElement:
    row, properties = _element("w:tr"), _element("w:trPr")
    properties.append(_element("w:cantSplit"))
    if tall:
        properties.append(_element("w:trHeight", val=_TALL, hRule="atLeast"))
    if head:
        properties.append(_element("w:tblHeader"))
    row.append(properties)
    for parts, width in zip(cells, widths, strict=True):
        row.append(_cell(parts, width, head=head, follow=head or tall))
    return row


def _cell(parts: tuple[Cell, ...], width: str, *, head: bool, follow: bool) -> BaseOxmlElement:
    cell, properties = _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=width, type="dxa"))
    if head:
        properties.append(_element("w:shd", val="clear", color="auto", fill=_SHADE_HEAD))
    cell.append(properties)
    for part in parts or ("",):
        cell.append(_line(part, head=head, follow=follow))
    return cell


def _line(part: Cell, *, head: bool, follow: bool) -> BaseOxmlElement:
    """A paragraph of a cell; ``follow`` keeps it on the page of the next row."""
    paragraph, properties = _element("w:p"), _element("w:pPr")
    if follow:
        properties.append(_element("w:keepNext"))
    properties.append(_element("w:spacing", before="20", after="30", line="240", lineRule="auto"))
    paragraph.append(properties)
    if isinstance(part, Blank):
        paragraph.append(_run(part.label, size=_CELL, marked=True))
    elif isinstance(part, Small):
        paragraph.append(_run(part.text, size=_SMALL))
    else:
        paragraph.append(_run(part, size=_CELL, strong=head))
    return paragraph


def _repacked(data: bytes) -> bytes:
    """The same parts with fixed times, so that equal content gives equal bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, old.read(entry))
    return stream.getvalue()

"""One line of the table of devices: outcome, address, label and model, maker, identity."""

from functools import lru_cache
from typing import Final

from auditor.model.document import Asset
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._markup import HOLE, Markup, cut, escape, frame, h, join
from auditor.report.html._view import ORDER, Device, View, maker_of, mark, rank, to

COLUMNS: Final = (
    t.COLUMN_OUTCOME,
    t.COLUMN_ADDRESS,
    t.COLUMN_DEVICE,
    t.COLUMN_MAKER,
    t.COLUMN_IDENTITY,
)


def head() -> Markup:
    """Caption and column headings."""
    cells = [h("th", {"scope": "col"}, column) for column in COLUMNS]
    return join(
        [
            h("caption", {"class": "vh"}, t.CAPTION),
            h("thead", None, h("tr", None, *cells)),
        ]
    )


def line(view: View, device: Device) -> Markup:
    """The table row; on one line of text, as ``tame`` lets no line break through."""
    asset = device.asset
    maker = maker_of(asset)
    cells = (
        _outcome(asset.headline),
        _address(device),
        _device(view.vendor(asset.brand) if asset.brand else "", asset.model or "", asset.kind),
        _maker(view.vendor(maker.vendor), maker.grade) if maker else _UNKNOWN,
        _cell(_identity(view, asset)),
    )
    return Markup(f"<tr>{''.join(cells)}</tr>")


def opening(device: Device) -> Markup:
    """The start tag of the body that holds a device's rows."""
    return Markup(f'<tbody id="{device.anchor}" class="{ORDER[rank(device.asset.headline)]}">')


@lru_cache(maxsize=256)
def _outcome(headline: str) -> Markup:
    return h("td", None, mark(headline))


_CELL: Final = frame(h("td", None, HOLE))
_SMALL: Final = frame(h("small", None, HOLE))
_NAME: Final = frame(h("th", {"scope": "row"}, HOLE))
_UNKNOWN: Final = h("td", None, h("span", {"class": "dim"}, phrases.MAKER_UNKNOWN))


def _cell(inside: str) -> str:
    return f"{_CELL[0]}{inside}{_CELL[1]}"


def _small(text: str) -> str:
    return f"{_SMALL[0]}{escape(text)}{_SMALL[1]}"


def _address(device: Device) -> str:
    asset, parent = device.asset, device.parent
    name = escape(device.name)
    here = {
        "class": "here",
        "href": f"#{device.anchor}",
        "aria-label": t.LINK_TO.format(name=device.name),
    }
    mac = _small(cut(asset.mac, 40)) if asset.mac else ""
    behind = h("small", None, t.BEHIND.format(name=""), to(parent)) if parent else ""
    return f"{_NAME[0]}{name}{h('a', here, '#')}{mac}{behind}{_NAME[1]}"


@lru_cache(maxsize=1 << 12)
def _device(brand: str, model: str, kind: str) -> str:
    parts = [part for part in (brand, cut(model, 60)) if part]
    return _cell(escape(" ".join(parts)) + _small(w.word(w.KINDS, kind)))


@lru_cache(maxsize=1 << 12)
def _maker(name: str, grade: str) -> str:
    return _cell(escape(name) + _small(t.MAKER_GRADE.format(grade=w.word(w.GRADES, grade))))


def _identity(view: View, asset: Asset) -> str:
    rows = (
        (t.LABEL_SERIAL, asset.serial),
        (t.LABEL_FIRMWARE, asset.firmware),
        (t.LABEL_BUILT, asset.built),
        (t.LABEL_OEM, view.vendor(asset.oem_customer) if asset.oem_customer else None),
    )
    return "".join(
        [
            _small(t.IDENTITY.format(word=word, value=cut(value, 100)))
            for word, value in rows
            if value
        ]
    )

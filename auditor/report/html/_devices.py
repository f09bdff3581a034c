"""The section of devices: controls, the table, and what the script needs to work with them.

Up to ``STATIC`` devices the page holds every device open, and the script only folds them. Beyond,
browsers would take minutes over such a page: it then holds the table of all devices for readers
without scripts, and the evidence as data from which the script opens a device when it is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from auditor.model.jsontext import compact
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._details import details
from auditor.report.html._facets import Facets, facets_of
from auditor.report.html._markup import Markup, escape, h, inert, join
from auditor.report.html._rows import COLUMNS, head, line, opening
from auditor.report.html._view import CHANGES, ORDER, Device, View

STATIC: Final = 300
PRINTED: Final = 500
_MANY: Final = 60  # from here on, what is out of sight is laid out when it comes into sight
_PAGE: Final = 200
_CHUNK: Final = 300
_NO_CHILDREN: Final[Sequence[Device]] = ()


def devices(view: View) -> Markup:
    """The section."""
    if not view.devices:
        parts = [h("p", {"class": "intro"}, t.DEVICES_NONE)]
    else:
        facets = facets_of(view.scan)
        rows = [facets.row(view, device) for device in view.devices]
        build = _static if len(view.devices) <= STATIC else _long
        parts = [
            h("p", {"class": "intro"}, t.DEVICES_INTRO),
            _controls(changes=view.changes is not None),
            *build(view, rows, facets),
        ]
    return h(
        "section",
        {"id": "devices", "aria-labelledby": "h-devices", "tabindex": "-1"},
        h("h2", {"id": "h-devices"}, t.DEVICES_TITLE),
        *parts,
    )


def _below(view: View) -> dict[str, list[Device]]:
    below: dict[str, list[Device]] = {}
    for device in view.devices:
        if device.parent is not None:
            below.setdefault(device.parent.anchor, []).append(device)
    return below


def _static(view: View, rows: Sequence[object], facets: Facets) -> Iterator[Markup]:
    """The table with everything in it, open."""
    below = _below(view)
    bodies = []
    for device in view.devices:
        inside = Markup("".join(details(view, device, below.get(device.anchor, _NO_CHILDREN))))
        of = h("span", {"class": "vh"}, t.OF_DEVICE.format(name=device.name))
        fold = h(
            "details",
            {"open": True},
            h("summary", None, t.SUMMARY_DETAILS, of),
            h("div", {"class": "in"}, inside),
        )
        more = h("tr", None, h("td", {"colspan": len(COLUMNS)}, fold))
        bodies.append(Markup(f"{opening(device)}{line(view, device)}{more}</tbody>\n"))
    kind = "devices many" if len(bodies) > _MANY else "devices"
    yield h("table", {"id": "list", "class": kind}, head(), *bodies)
    yield _pager()
    yield _data(rows, facets, None, None)


def _long(view: View, rows: Sequence[object], facets: Facets) -> Iterator[Markup]:
    """The table without evidence for readers without scripts, and the evidence as data."""
    below = _below(view)
    pieces: dict[str, int] = {}
    inside = [
        _numbers(pieces, details(view, device, below.get(device.anchor, _NO_CHILDREN)))
        for device in view.devices
    ]
    bodies = [f"{opening(device)}{line(view, device)}</tbody>\n" for device in view.devices]
    tables = [
        h("table", {"class": "devices"}, head(), Markup("\n" + "".join(bodies[at : at + _CHUNK])))
        for at in range(0, len(bodies), _CHUNK)
    ]
    count = phrases.number(len(view.devices))
    yield h(
        "p",
        {"class": "fine", "id": "long", "hidden": True},
        t.LONG.format(n=count, page=_PAGE, most=PRINTED),
    )
    yield h(
        "p", {"class": "note", "id": "paper", "hidden": True}, t.LONG_PRINT.format(most=PRINTED)
    )
    yield h("table", {"id": "list", "class": "devices", "hidden": True}, head())
    yield _pager()
    note = h("p", {"class": "note"}, t.LONG_NO_SCRIPT.format(n=count))
    yield h("noscript", {"id": "rows"}, note, *tables)
    yield _data(rows, facets, pieces, inside)


def _numbers(known: dict[str, int], pieces: Iterable[str]) -> list[int]:
    """The numbers of pieces; a new one gets the next."""
    return [known.setdefault(piece, len(known)) for piece in pieces]


def _pager() -> Markup:
    return h(
        "div",
        {"id": "pager", "class": "pager", "role": "group", "aria-label": t.PAGER, "hidden": True},
        h("button", {"id": "back", "type": "button"}, t.PAGER_BACK),
        h("span", {"id": "where"}),
        h("button", {"id": "next", "type": "button"}, t.PAGER_NEXT),
    )


def _data(
    rows: Sequence[object],
    facets: Facets,
    pieces: dict[str, int] | None,
    inside: list[list[int]] | None,
) -> Markup:
    """What the script works with. Every text in it is markup that this room made."""
    data = {
        "texts": {name: escape(text) for name, text in t.SCRIPT.items()},
        "names": {
            "outcome": [escape(w.OUTCOMES[headline]) for headline in ORDER],
            "maker": facets.makers.markup(),
            "network": facets.networks.markup(),
            "rule": facets.rules.markup(),
            "change": [escape(t.CHANGE_KINDS[kind]) for kind in CHANGES],
        },
        "classes": ORDER,
        "columns": len(COLUMNS),
        "page": _PAGE,
        "printed": PRINTED,
        "rows": rows,
        "pieces": None if pieces is None else list(pieces),
        "inside": inside,
    }
    text = compact(data)
    return h("script", {"type": "application/json", "id": "data"}, inert(text))


def _controls(*, changes: bool) -> Markup:
    """Filters and buttons; they stay hidden where no script runs."""
    search = h("input", {"id": "q", "type": "search", "name": "q"})
    hint = h("small", None, t.FILTER_TEXT_HINT)
    filters = {"fo": t.FILTER_OUTCOME, "fm": t.FILTER_MAKER, "fr": t.FILTER_RULE}
    filters["fn"] = t.FILTER_NETWORK
    groups = dict(t.GROUPS)
    if changes:
        filters["fc"] = t.FILTER_CHANGE
    else:
        del groups["change"]
    return h(
        "div",
        {"id": "controls", "class": "controls", "hidden": True, "role": "group", "aria-label": t.CONTROLS},
        h("label", {"class": "q"}, h("span", None, t.FILTER_TEXT, " ", hint), search),
        *(_choice(anchor, word, {"": t.FILTER_ALL}) for anchor, word in filters.items()),
        _choice("group", t.GROUP, groups),
        _choice("sort", t.SORT, t.SORTS),
        h(
            "div",
            {"class": "buttons"},
            h("button", {"id": "open", "type": "button"}, t.OPEN_ALL),
            h("button", {"id": "close", "type": "button"}, t.CLOSE_ALL),
            h("button", {"id": "clear", "type": "button"}, t.CLEAR),
        ),
        h("p", {"id": "shown", "role": "status", "aria-live": "polite"}, ""),
    )  # fmt: skip


def _choice(anchor: str, word: str, options: dict[str, str]) -> Markup:
    told = [h("option", {"value": value}, text) for value, text in options.items()]
    return h("label", None, h("span", None, word), h("select", {"id": anchor}, join(told)))

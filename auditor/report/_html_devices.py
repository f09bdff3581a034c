"""The table of devices: one body of two rows each, flagged first, evidence inside."""

from typing import Final

from auditor.model.document import Asset
from auditor.model.facts import Attempt
from auditor.report import _html_texts as t
from auditor.report import _html_words as w
from auditor.report._html_evidence import chain
from auditor.report._html_findings import in_short
from auditor.report._html_markup import Markup, cut, h, join
from auditor.report._html_summary import facts
from auditor.report._html_view import ORDER, Device, View, maker_of, mark, rank, to

_COLUMNS: Final = (
    t.COLUMN_OUTCOME,
    t.COLUMN_ADDRESS,
    t.COLUMN_DEVICE,
    t.COLUMN_MAKER,
    t.COLUMN_IDENTITY,
)
_MOST_ATTEMPTS: Final = 60
_CHUNK: Final = 300


def devices(view: View) -> Markup:
    """The section with its (script-made) controls and the table."""
    if not view.devices:
        body = h("p", {"class": "intro"}, t.DEVICES_NONE)
    else:
        below: dict[str, list[Device]] = {}
        for device in view.devices:
            if device.parent is not None:
                below.setdefault(device.parent.anchor, []).append(device)
        bodies = [_device(view, device, below.get(device.anchor, [])) for device in view.devices]
        kind = "devices many" if len(bodies) > _CHUNK else "devices"
        starts = range(0, len(bodies), _CHUNK)
        tables = [_table(bodies[at : at + _CHUNK], kind, "" if at else "list") for at in starts]
        body = join([h("p", {"class": "intro"}, t.DEVICES_INTRO), _controls(), *tables])
    return h(
        "section",
        {"id": "devices", "aria-labelledby": "h-devices", "tabindex": "-1"},
        h("h2", {"id": "h-devices"}, t.DEVICES_TITLE),
        body,
    )


def _table(bodies: list[Markup], kind: str, anchor: str) -> Markup:
    """One table of devices.

    Browsers lay a growing table out again and again, so a long list comes as several tables, which
    the script joins, and what is out of sight in it is laid out only when it comes into sight.
    """
    head = h("tr", None, *(h("th", {"scope": "col"}, column) for column in _COLUMNS))
    return h(
        "table",
        {"id": anchor or None, "class": kind},
        h("caption", {"class": "vh"}, t.CAPTION),
        h("thead", None, head),
        *bodies,
    )


def _controls() -> Markup:
    """Filters and buttons; they stay hidden where no script runs."""
    texts = h("input", {"id": "q", "type": "search", "name": "q"})
    hint = h("small", None, t.FILTER_TEXT_HINT)
    every = h("option", {"value": ""}, t.FILTER_ALL)
    outcomes = [h("option", {"value": headline}, w.OUTCOMES[headline]) for headline in ORDER]
    return h(
        "div",
        {"id": "controls", "class": "controls", "hidden": True, "role": "group"},
        h("label", None, h("span", None, t.FILTER_TEXT, " ", hint), texts),
        h(
            "label",
            None,
            h("span", None, t.FILTER_OUTCOME),
            h("select", {"id": "fo"}, every, *outcomes),
        ),
        h(
            "label",
            None,
            h("span", None, t.FILTER_MAKER),
            h("select", {"id": "fm"}, every),
        ),
        h("button", {"id": "open", "type": "button"}, t.OPEN_ALL),
        h("button", {"id": "close", "type": "button"}, t.CLOSE_ALL),
        h("button", {"id": "clear", "type": "button"}, t.CLEAR),
        h("p", {"id": "shown", "role": "status", "aria-live": "polite"}, t.SHOWN),
        h("span", {"id": "copied", "hidden": True}, t.COPIED),
        h("span", {"id": "sortby", "hidden": True}, t.SORT_BY),
    )


def _device(view: View, device: Device, below: list[Device]) -> Markup:
    asset = device.asset
    return h(
        "tbody",
        {"id": device.anchor, "class": ORDER[rank(asset.headline)]},
        h(
            "tr",
            None,
            h("td", None, mark(asset.headline)),
            h("th", {"scope": "row"}, _address(device)),
            h("td", None, _label(view, asset)),
            h("td", None, _maker(view, asset)),
            h("td", None, _identity(view, asset)),
        ),
        h("tr", None, h("td", {"colspan": len(_COLUMNS)}, _details(view, device, below))),
    )


def _address(device: Device) -> Markup:
    asset = device.asset
    parent = device.parent
    here = h(
        "a",
        {
            "class": "here",
            "href": f"#{device.anchor}",
            "aria-label": t.LINK_TO.format(name=device.name),
        },
        "#",
    )
    behind = h("small", None, t.BEHIND.format(name=""), to(parent)) if parent else None
    mac = h("small", None, cut(asset.mac, 40)) if asset.mac else None
    return join([device.name, here, mac, behind])


def _label(view: View, asset: Asset) -> Markup:
    brand = view.vendor(asset.brand) if asset.brand else None
    parts = [part for part in (brand, cut(asset.model or "", 60)) if part]
    return join([" ".join(parts) or None, h("small", None, w.word(w.KINDS, asset.kind))])


def _maker(view: View, asset: Asset) -> Markup:
    maker = maker_of(asset)
    if maker is None:
        return h("span", {"class": "dim"}, t.MAKER_UNKNOWN)
    grade = t.MAKER_GRADE.format(grade=w.word(w.GRADES, maker.grade))
    return join([view.vendor(maker.vendor), h("small", None, grade)])


def _identity(view: View, asset: Asset) -> Markup:
    rows = (
        (t.LABEL_SERIAL, asset.serial),
        (t.LABEL_FIRMWARE, asset.firmware),
        (t.LABEL_BUILT, asset.built),
        (t.LABEL_OEM, view.vendor(asset.oem_customer) if asset.oem_customer else None),
    )
    return join(
        h("small", None, t.IDENTITY.format(word=word, value=cut(value, 100)))
        for word, value in rows
        if value
    )


def _details(view: View, device: Device, below: list[Device]) -> Markup:
    asset = device.asset
    told = t.SUMMARY_DETAILS if asset.verdicts else t.SUMMARY_PLAIN
    return h(
        "details",
        {"open": True},
        h("summary", None, told, h("span", {"class": "vh"}, t.OF_DEVICE.format(name=device.name))),
        h(
            "div",
            {"class": "in"},
            _facts(device, below),
            chain(view, asset.attributions),
            _verdicts(view, device),
            _notes(asset),
            _attempts(asset.attempts),
        ),
    )


def _facts(device: Device, below: list[Device]) -> Markup:
    asset = device.asset
    more = asset.addresses if asset.addresses not in {(), (asset.address,)} else ()
    rows = (
        (t.LABEL_HOSTNAME, cut(asset.hostname or "", 120)),
        (t.LABEL_ADDRESSES, cut(t.BETWEEN.join(more), 300)),
        (t.LABEL_ID, cut(asset.id, 80)),
        (t.LABEL_CHILDREN, join([to(child) for child in below], t.BETWEEN)),
    )
    return facts(rows, "facts")


def _verdicts(view: View, device: Device) -> Markup:
    asset = device.asset
    number = view.findings.get(device.anchor)
    if number is None:
        known = asset.headline == "outside"
        return h("p", None, t.NO_VERDICT if known else t.NO_VERDICT_UNIDENTIFIED)
    there = h("a", {"class": "fl", "href": f"#finding-{number}"}, t.FINDING.format(n=number))
    before, _, after = t.VERDICTS_SEE.partition("{finding}")
    told = in_short(asset.verdicts)
    return join(
        [h("h4", None, t.VERDICTS_TITLE), h("p", None, told, ". ", before, there, after)],
    )


def _notes(asset: Asset) -> Markup | None:
    if not asset.notes:
        return None
    items = [h("li", None, w.word(w.NOTES, cut(note, 200))) for note in asset.notes]
    return join([h("h4", None, t.NOTES_TITLE), h("ul", {"class": "notes"}, *items)])


def _attempts(attempts: tuple[Attempt, ...]) -> Markup:
    """What was asked, by how it ended: a table of a few rows instead of one a question."""
    by_ending: dict[str, list[str]] = {}
    for attempt in attempts[:_MOST_ATTEMPTS]:
        asked = t.ATTEMPT.format(probe=cut(attempt.probe, 40), endpoint=cut(attempt.endpoint, 40))
        if attempt.detail:
            asked = f"{asked} ({cut(attempt.detail, 80)})"
        elif attempt.ms:
            asked = t.ATTEMPT_MS.format(attempt=asked, ms=attempt.ms)
        by_ending.setdefault(attempt.outcome, []).append(asked)
    rows = [
        h(
            "tr",
            None,
            h("th", {"scope": "row"}, w.word(w.ENDINGS, ending)),
            h("td", None, t.BETWEEN.join(asked)),
        )
        for ending, asked in by_ending.items()
    ]
    title = h("h4", None, t.ATTEMPTS_TITLE)
    if not rows:
        return join([title, h("p", None, t.ATTEMPTS_NONE)])
    return join([title, h("table", {"class": "asked"}, *rows)])

"""From a form's content to the blocks of a page."""

from collections.abc import Iterator
from typing import Final

from auditor.model.form import Clause
from auditor.report.far import texts
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
    Text,
)
from auditor.report.far.due import Due
from auditor.report.far.shape import (
    Facts,
    Field,
    Gap,
    Item,
    Law,
    Lists,
    Origin,
    Origins,
    Other,
    Report,
    Unit,
)

_FROM: Final = {
    Origin.SCAN: "the scan",
    Origin.PERSON: "the form file",
    Origin.BLANK: "left blank",
}
_UNIT_EVIDENCE: Final = 2


def report_paper(report: Report) -> Paper:
    """The report as a page."""
    grant = report.clause == Clause.CFR_200_216
    blocks: list[Block] = [
        *_opening(report.result, report.notices),
        Heading(level=1, text="1  When it is due"),
        _due(report.due),
        Heading(level=1, text="2  Award" if grant else "2  Contract and identification"),
        _fields("Fields of the report as a whole", report.general),
        Heading(level=1, text="3  Items" if report.stage == "initial" else "3  Items as reported"),
        *_items(report.items),
    ]
    number = 4
    if report.closing:
        blocks.append(Heading(level=1, text="4  Mitigation and prevention"))
        blocks.append(_fields("Fields of the follow-up report", report.closing))
        number = 5
    elif report.stage == "initial" and not grant:
        blocks.append(Heading(level=1, text="4  What follows"))
        blocks.append(Text(text=texts.FOLLOWS[Clause(report.clause)]))
        number = 5
    blocks.append(Heading(level=1, text=f"{number}  Review and signature"))
    blocks.append(_signature())
    blocks += _annexes(report.lists, report.law, report.origins)
    head = texts.DRAFT_AWARD if grant else texts.DRAFT
    return _paper(report.title, report.origins, tuple(blocks), head)


def facts_paper(facts: Facts) -> Paper:
    """The facts sheet as a page."""
    blocks: list[Block] = [
        *_opening(facts.result, facts.notices),
        Heading(level=1, text="1  Before answering"),
        _fields("Fields to complete before answering", facts.before),
        Heading(level=1, text="2  The questions, and facts that help a person to answer"),
    ]
    for question in facts.questions:
        blocks.append(Heading(level=2, text=question.provision))
        blocks.append(Text(text=question.asks))
        blocks.append(Bullets(texts=(*question.facts, *question.not_known)))
        choice = " / ".join(f"“{word}”" for word in question.alternatives)
        blocks.append(Text(text=f"Answer ({choice}): given by the offeror in its representation."))
    blocks += [
        Heading(level=1, text="3  Items for a disclosure"),
        *_items(facts.items),
        Heading(level=1, text="4  Services for a disclosure"),
        _fields("Fields about services", facts.services),
        Heading(level=1, text="5  Review"),
        _signature(),
        *_annexes(facts.lists, facts.law, facts.origins),
    ]
    return _paper(facts.title, facts.origins, tuple(blocks), texts.DRAFT)


def _paper(title: str, origins: Origins, blocks: tuple[Block, ...], head: str) -> Paper:
    site = f"Site: {origins.site} · " if origins.site else ""
    return Paper(
        title=title,
        under=f"{site}scan of {origins.started[:10]} · law as of {origins.as_of}",
        subject="Draft from a camera audit; a person completes and decides",
        head=head,
        foot=f"{origins.tool} · database {origins.db_version} · scan {origins.scan}",
        tool=origins.tool,
        at=origins.finished,
        blocks=blocks,
    )


def _opening(result: str, notices: tuple[str, ...]) -> Iterator[Block]:
    yield Notice(word="Draft.", text=notices[0])
    yield Text(text=result, strong=True)
    yield Bullets(texts=notices[1:])


def _due(due: tuple[Due, ...]) -> Table:
    return Table(
        caption="Due dates and how they were counted",
        header=("What", "Due", "How it was counted"),
        widths=(26, 24, 50),
        rows=tuple(
            ((one.label,), (one.told,) if one.told else ("not counted",), (one.counted,))
            for one in due
        ),
    )


def _fields(caption: str, fields: tuple[Field, ...]) -> Table:
    return Table(
        caption=caption,
        header=("Field", "Entry", "Entry from"),
        widths=(27, 56, 17),
        rows=tuple(
            ((one.label, Small(text=_asked(one))), tuple(_entry(one)), (_FROM[one.source],))
            for one in fields
        ),
    )


def _asked(field: Field) -> str:
    return "not asked by the clause" if field.asked == "added" else field.asked


def _entry(field: Field) -> Iterator[Cell]:
    if field.value is None:
        yield Blank(label=f"[to be completed: {field.label[:1].lower()}{field.label[1:]}]")
    else:
        yield field.value
    for line in field.evidence:
        yield Small(text=line)
    if field.note:
        yield Small(text=f"Note: {field.note}")


def _items(items: tuple[Item, ...]) -> Iterator[Block]:
    if not items:
        yield Text(text="No item.")
    for item in items:
        yield Heading(level=2, text=f"Item {item.number}: {item.title}")
        yield _fields(f"Fields of item {item.number}", item.fields)
        yield Heading(level=3, text=f"Devices of item {item.number}")
        yield Table(
            caption=f"Devices of item {item.number}, with serial numbers and evidence",
            header=("Device", "Serial, MAC", "Firmware, production", "Maker: grade and evidence"),
            widths=(20, 23, 20, 37),
            rows=tuple(_unit(unit) for unit in item.units),
        )


def _unit(unit: Unit) -> tuple[tuple[Cell, ...], ...]:
    behind = (Small(text=f"behind {unit.behind}"),) if unit.behind else ()
    seen = (Small(text=f"first seen {unit.first_seen}"),) if unit.first_seen else ()
    built = (Small(text=f"built {unit.built}"),) if unit.built else ()
    return (
        (unit.address or "no address of its own", Small(text=unit.id), *behind, *seen),
        (unit.serial or "serial not seen", Small(text=unit.mac or "MAC not seen")),
        (unit.firmware or "not seen", *built),
        (
            unit.grade or "not graded",
            *(Small(text=line) for line in unit.evidence[:_UNIT_EVIDENCE]),
        ),
    )


def _signature() -> Table:
    roles = ("Prepared by", "Producer confirmed by", "Reviewed by", "Submitted by")
    return Table(
        caption="Places for name, role, date and signature",
        header=("Step", "Name and role", "Date", "Signature"),
        tall=True,
        widths=(22, 34, 16, 28),
        rows=tuple(((role,), ("",), ("",), ("",)) for role in roles),
    )


def _annexes(lists: Lists, law: tuple[Law, ...], origins: Origins) -> list[Block]:
    blocks: list[Block] = [Heading(level=1, text="Annex A  Exempt, not reported here")]
    blocks += _others("Devices under an exemption", lists.exempt, texts.NO_EXEMPT)
    blocks.append(Heading(level=1, text="Annex B  Not determined, not reported here"))
    blocks.append(Text(text=texts.OPEN))
    blocks += _others("Devices not determined", lists.undetermined, texts.NO_OPEN)
    if lists.unidentified:
        blocks.append(Heading(level=2, text="Hosts without a verdict"))
        blocks += _others("Hosts without a verdict", lists.unidentified, "")
    blocks.append(Text(text=texts.others(lists.no_listed_producer, lists.not_video)))
    blocks.append(Heading(level=1, text="Annex C  Not assessed"))
    blocks += _gaps(lists.not_assessed)
    blocks.append(Heading(level=1, text="Annex D  Rule and record"))
    for one in law:
        blocks += _law(one)
    blocks.append(_record(origins))
    return blocks


def _others(caption: str, others: tuple[Other, ...], without: str) -> list[Block]:
    if not others:
        return [Text(text=without)]
    rows = tuple(
        (
            (one.address or "no address of its own", Small(text=one.id)),
            (one.title,),
            (one.why, *((Small(text=one.detail),) if one.detail else ())),
        )
        for one in others
    )
    header = ("Device", "Label", "Why")
    return [Table(caption=caption, header=header, widths=(27, 27, 46), rows=rows)]


def _gaps(gaps: tuple[Gap, ...]) -> list[Block]:
    if not gaps:
        return [Text(text=texts.NO_GAP)]
    rows = tuple(((gap.what,), (gap.why,)) for gap in gaps)
    return [Table(caption="Not assessed", header=("What", "Why"), widths=(45, 55), rows=rows)]


def _law(law: Law) -> Iterator[Block]:
    yield Text(text=law.name, strong=True)
    yield Text(text=f"{law.citation}. Status: {law.status}. {law.meaning}")
    source = f" Source: {law.source}." if law.source else ""
    review = " Due for review." if law.due_for_review else ""
    yield Text(text=f"Evidence of {law.evidence_as_of}.{review}{source}")
    yield Bullets(texts=law.limits)


def _record(origins: Origins) -> Table:
    complete = "yes" if origins.complete else "no: " + "; ".join(origins.incomplete_because)
    rows = (
        ("Scan", origins.scan),
        ("Time", f"{origins.started} to {origins.finished}"),
        ("Scope", ", ".join(origins.scope)),
        ("Complete", complete),
        ("Policy and law of", f"{origins.policy}, {origins.as_of}"),
        ("Profile given", ", ".join(origins.profile) or "none"),
        ("Database", f"{origins.db_version}, {origins.db_digest}"),
        ("Tool", origins.tool),
    )
    return Table(
        caption="The scan that this document was made from",
        header=("Record", "Entry"),
        widths=(27, 73),
        rows=tuple(((name,), (value,)) for name, value in rows),
    )

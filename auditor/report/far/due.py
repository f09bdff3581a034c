"""When a report is due: counted only from times that a person gave, with the counting told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from auditor.model.form import Clause, Form
from auditor.report.far.days import business_day_after, is_business_day

_FAR_INITIAL: Final = 1
_FAR_FOLLOW_UP: Final = 10

_NO_START: Final = (
    "No due date is given: the form file holds no identified_at. The clock runs from the"
    " identification by, or the notification of, a person of the contractor. No scan knows that"
    " moment, and the time of the scan is not it."
)
_NO_INITIAL: Final = (
    "No due date is given: the form file holds no initial_submitted_at. This time runs from the"
    " submission of the initial report."
)
_DEVIATION: Final = (
    "No due date is given: the time is the one written in the clause of the contract. A secondary"
    " source reports 72 hours for the model text 52.240-91; that was not checked against the text."
    " Read the clause and put deadline_hours or deadline_business_days into the form file."
)
_DEVIATION_LATER: Final = (
    "No due date is given: whether and when the clause asks for a follow-up stands in the contract."
    " Read it there and put followup_business_days into the form file."
)
_GRANT: Final = (
    "No due date is given: for 2 CFR 200.216 no prescribed report and no reporting time was found."
    " Ask the awarding agency."
)
_LIMITS: Final = (
    " The clause does not define a business day; this counts Monday to Friday without the federal"
    " holidays of 5 U.S.C. 6103. Days that the government closes by order are not in it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One time limit.

    Attributes:
        id: ``initial`` or ``follow-up``.
        label: what is due, with its line of the clause.
        due: an ISO date, or an ISO time with its offset; None where nothing was counted.
        told: the same for people.
        counted: how it was counted, or why not.
    """

    id: str
    label: str
    due: str | None
    told: str | None
    counted: str


def deadlines(form: Form) -> tuple[Due, ...]:
    """The time limits of the form's clause."""
    if form.clause is Clause.CFR_200_216:
        return (_none("initial", "Report to the awarding agency", _GRANT),)
    if form.clause is Clause.FAR_52_240_91:
        return _deviation(form)
    return (
        _business(
            "initial",
            "Initial report, 52.204-25(d)(2)(i)",
            (form.identified_at, "identification or notification", _NO_START),
            _FAR_INITIAL,
        ),
        _business(
            "follow-up",
            "Follow-up report, 52.204-25(d)(2)(ii)",
            (form.initial_submitted_at, "submission of the initial report", _NO_INITIAL),
            _FAR_FOLLOW_UP,
        ),
    )


def _deviation(form: Form) -> tuple[Due, ...]:
    label, later = "Report, 52.240-91 as in the contract", "Follow-up, 52.240-91 as in the contract"
    start = (form.identified_at, "identification or notification", _NO_START)
    if form.deadline_hours is not None:
        first = _hours(label, form.identified_at, form.deadline_hours)
    elif form.deadline_business_days is not None:
        first = _business("initial", label, start, form.deadline_business_days)
    else:
        first = _none("initial", label, _DEVIATION)
    if form.followup_business_days is None:
        return first, _none("follow-up", later, _DEVIATION_LATER)
    submitted = (form.initial_submitted_at, "submission of the initial report", _NO_INITIAL)
    return first, _business("follow-up", later, submitted, form.followup_business_days)


def _none(name: str, label: str, why: str) -> Due:
    return Due(id=name, label=label, due=None, told=None, counted=why)


def _hours(label: str, start: datetime | None, hours: int) -> Due:
    if start is None:
        return _none("initial", label, _NO_START)
    end = start + timedelta(hours=hours)
    told = moment(end)
    counted = (
        f"{hours} hours, as the form file reads them in the contract, from the identification or"
        f" notification at {moment(start)}. Hours are counted on every day of the week."
    )
    return Due(id="initial", label=label, due=end.isoformat(), told=told, counted=counted)


def _business(name: str, label: str, start: tuple[datetime | None, str, str], count: int) -> Due:
    at, event, without = start
    if at is None:
        return _none(name, label, without)
    first = at.date()
    day, skipped = business_day_after(first, count)
    days = f"{count} business day{'s' if count > 1 else ''}"
    counted = (
        f"{days} from the {event} on {weekday(first)} ({moment(at)}, as the form file says); that"
        f" day{'' if is_business_day(first) else ', which is no business day,'} is not counted."
        " Saturdays and Sundays are skipped"
    )
    if skipped:
        named = "; ".join(f"{weekday(when)}, {what}" for when, what in skipped)
        counted += f", and so are these federal holidays: {named}."
    else:
        counted += "; no federal holiday lies between."
    return Due(
        id=name, label=label, due=day.isoformat(), told=weekday(day), counted=counted + _LIMITS
    )


def weekday(day: date) -> str:
    """``Monday, November 23, 2026``: as dates are written in US federal documents."""
    return f"{_WEEKDAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year}"


def moment(at: datetime) -> str:
    """``2026-11-20 16:05 (UTC-05:00)``; the offset is the one that the form file gives."""
    offset = at.strftime("%z") or "+0000"
    return f"{at:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


_WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

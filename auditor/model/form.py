"""What a person adds to a federal form: facts that no scan can know."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Clause(StrEnum):
    """Which text asks for the report. Deadlines and fields differ; a contract holds one of them."""

    FAR_52_204_25 = "far-52.204-25"
    FAR_52_240_91 = "far-52.240-91"  # model deviation text of the FAR overhaul
    CFR_200_216 = "2-cfr-200.216"  # grants and loans: no form is prescribed


class Stage(StrEnum):
    """Which of the two reports of the clause it is."""

    INITIAL = "initial"
    FOLLOW_UP = "follow-up"


class Trigger(StrEnum):
    """How the contractor came to know, in the words of the clause."""

    PERFORMANCE = "performance"
    SUBCONTRACTOR = "subcontractor"
    OTHER_SOURCE = "other-source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A firm: its name, unique entity identifier, CAGE code and whom to ask."""

    name: str | None = None
    uei: str | None = None
    cage: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract (or, for a grant, the award) that the report is about.

    Attributes:
        number: contract or award number.
        orders: order numbers under it, if any.
        agency: the agency.
        officer: the contracting officer, or the agency's contact for an award.
        defence: whether it is a contract with the Department of Defense; None if not said.
        indefinite: whether it is an indefinite-delivery contract; None if not said.
    """

    number: str | None = None
    orders: tuple[str, ...] = ()
    agency: str | None = None
    officer: str | None = None
    defence: bool | None = None
    indefinite: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Efforts:
    """What was and will be done, for all items together.

    Attributes:
        mitigation: actions undertaken or recommended, for the initial report.
        further: what has become available since, for the follow-up.
        prevention: efforts already made to prevent use or submission.
        additional: efforts that will be added.
    """

    mitigation: str | None = None
    further: str | None = None
    prevention: str | None = None
    additional: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEntry:
    """What a person knows of some devices; the first entry that fits a device counts for it.

    Attributes:
        devices: ids, addresses, MACs or serial numbers as the scan shows them.
        models: model numbers as the scan shows them.
        brands: brands as the scan shows them.
        supplier: who supplied them to the contractor.
        producer: who produced them, as the person established it.
        producer_is: ``OEM`` or ``distributor``, for the representation.
        brand: the brand on the label, where the scan does not show it or shows it wrongly.
        model_number: as ``brand``.
        description: as ``brand``.
        purpose: what the equipment is used for.
        mitigation: actions for these devices.
        confirmed_by: who confirmed the producer.
        cost: what was charged to the award, with its currency.
        obligated_on: the day on which the cost was obligated.
        replacement_plan: for the award file.
        line: line of the form file, for messages.
    """

    devices: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    supplier: Party = field(default_factory=Party)
    producer: Party = field(default_factory=Party)
    producer_is: str | None = None
    brand: str | None = None
    model_number: str | None = None
    description: str | None = None
    purpose: str | None = None
    mitigation: str | None = None
    confirmed_by: str | None = None
    cost: str | None = None
    obligated_on: date | None = None
    replacement_plan: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The answers of a form file; everything is optional and left blank in the form if absent.

    Attributes:
        clause: the text that the contract holds.
        stage: initial report or follow-up.
        identified_at: when a person of the contractor identified the equipment or was told, with
            its offset from UTC. The only start of a clock.
        identified_by: that person.
        trigger: how it became known.
        initial_submitted_at: when the initial report was submitted, with its offset.
        deadline_hours: hours of the deviation clause, as a person read them in the contract.
        deadline_business_days: the same in business days, where the contract says so.
        followup_business_days: for the follow-up under the deviation clause.
        prepared_by: who completes the form.
        sam_checked_on: the day on which the exclusions in SAM were reviewed.
    """

    clause: Clause = Clause.FAR_52_204_25
    stage: Stage = Stage.INITIAL
    identified_at: datetime | None = None
    identified_by: str | None = None
    trigger: Trigger | None = None
    initial_submitted_at: datetime | None = None
    deadline_hours: int | None = None
    deadline_business_days: int | None = None
    followup_business_days: int | None = None
    prepared_by: str | None = None
    sam_checked_on: date | None = None
    contract: Contract = field(default_factory=Contract)
    contractor: Party = field(default_factory=Party)
    supplier: Party = field(default_factory=Party)
    efforts: Efforts = field(default_factory=Efforts)
    items: tuple[ItemEntry, ...] = ()

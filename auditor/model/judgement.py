"""What is concluded: evidence, attributions, verdicts."""

from dataclasses import dataclass, field

from auditor.model.words import Channel, FindingClass, Grade, Outcome, Role, Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One rule meeting one observation.

    Attributes:
        rule: id of the rule in the catalog.
        signal: the signal that the rule reads. For a derived fact (a serial inside a realm)
            ``via`` names the raw signal that it was read from.
        value: what the rule matched.
        strength: the rule's worth here.
        channel: the witness.
        endpoint: where the raw fact came from.
        via: the raw signal, where it differs from ``signal``.
        sources: ids in ``vendor_db/sources.toml``.
    """

    rule: str
    signal: str
    value: str
    strength: Strength
    channel: Channel
    endpoint: str | None = None
    via: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The weighed conclusion for one role of one device, with evidence for and against.

    Raises:
        ValueError: there is no evidence for it.
    """

    role: Role
    vendor: str
    grade: Grade
    entity: str | None = None
    because: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if not self.because:
            raise ValueError(f"attribution {self.role}={self.vendor} without evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One device under one regime.

    Attributes:
        reasons: machine words (docs/reference/reasons.md).
        listing: the listed name, verbatim, with its date; None when nothing listed was met.
        citation: the line of law.
        effective: the date from which the rule reaches this device, or reached it.
        applies: whether the operator's profile meets ``applies_if``; None when it does not say.
        vendor: the vendor that the outcome speaks of, if any.
        role: the role in which that vendor was met.
        grade: the grade of that attribution.
        says: one sentence for people, in words that the law supports.
        source: address of the source of the listing or the regime.
        evidence_as_of: how fresh the transcription of the law is.
        exemption: the holder and document of the exemption that excuses it.
    """

    regime: str
    outcome: Outcome
    finding_class: FindingClass
    reasons: tuple[str, ...]
    listing: str | None = None
    citation: str
    effective: str | None = None
    applies: bool | None = None
    vendor: str | None = None
    role: Role | None = None
    grade: Grade | None = None
    says: str = ""
    source: str | None = None
    evidence_as_of: str | None = None
    exemption: str | None = None

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"verdict under {self.regime} without a reason")
        if self.outcome in {Outcome.COVERED, Outcome.EXEMPT} and self.listing is None:
            raise ValueError(f"{self.outcome} under {self.regime} without a listing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What attribution says of one device; the part of an asset that is not raw fact."""

    kind: str
    brand: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    video_sign: bool = False
    built: str | None = None
    oem_customer: str | None = None
    attributions: tuple[Attribution, ...] = ()
    notes: tuple[str, ...] = field(default=())

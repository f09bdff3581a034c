"""What the reader takes out of a document before the model's own checks.

The rows mirror ``model.document``, apart from values of observations, which may be JSON. Names,
order and defaults are the model's (a test compares them).
"""

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from auditor.model.document import (
    Header,
    LawNote,
    Ledger,
    MethodState,
    Sent,
    Summary,
    Unassessed,
    VendorNote,
)
from auditor.model.facts import Attempt
from auditor.model.judgement import Attribution, Verdict
from auditor.model.signals import SIGNALS
from auditor.model.words import Kind

if TYPE_CHECKING:
    _Signal = str
else:
    _Signal = Literal[tuple(SIGNALS)]  # each name is one string, not a new one each time


class ObservationRow(msgspec.Struct, kw_only=True, gc=False):
    """An observation, its value as it stands in the document."""

    signal: str
    value: str | list[Any] | dict[str, Any]
    endpoint: str | None = None
    probe: str = "given"
    at: str | None = None


class ForeignRow(msgspec.Struct, kw_only=True, gc=False):
    """A device outside the scope."""

    address: str
    mac: str | None = None
    observations: tuple[ObservationRow, ...] = ()


class CoverageRow(msgspec.Struct, kw_only=True):
    """The coverage, with the devices outside the scope as rows."""

    in_scope: int | None
    answered: int
    assessed: int
    not_assessed: tuple[Unassessed, ...] = ()
    ledger: Ledger = msgspec.field(default_factory=Ledger)
    methods: tuple[MethodState, ...] = ()
    out_of_scope: tuple[ForeignRow, ...] = ()
    notes: tuple[str, ...] = ()
    missing_from_baseline: tuple[str, ...] = ()


class _AssetFields(msgspec.Struct, kw_only=True, gc=False):
    id: str
    address: str | None
    addresses: tuple[str, ...] = ()
    mac: str | None = None
    hostname: str | None = None
    kind: Kind = Kind.UNKNOWN
    brand: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    built: str | None = None
    oem_customer: str | None = None
    headline: str = "unidentified"
    notes: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()


class BareAssetRow(_AssetFields, kw_only=True, gc=False):
    """An asset without its attributions and verdicts: all that judging it anew needs."""

    observations: tuple[ObservationRow, ...] = ()
    children: tuple["BareAssetRow", ...] = ()


class SeenRow(msgspec.Struct, kw_only=True, gc=False):
    """An observation of an asset that is judged as it stands; its value is put in form there."""

    signal: _Signal
    value: Any
    endpoint: str | None = None
    probe: str = "given"
    at: str | None = None


class ToJudgeRow(_AssetFields, kw_only=True, gc=False):
    """An asset that is judged as it stands, and written again."""

    observations: tuple[SeenRow, ...] = ()
    children: tuple["ToJudgeRow", ...] = ()


class AssetRow(BareAssetRow, kw_only=True, gc=False):
    """A whole asset."""

    attributions: tuple[Attribution, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    children: tuple["AssetRow", ...] = ()


class _Frame(msgspec.Struct, kw_only=True):
    scan: Header
    coverage: CoverageRow
    summary: Summary
    sent: Sent = msgspec.field(default_factory=Sent)
    law: tuple[LawNote, ...] = ()
    vendors: tuple[VendorNote, ...] = ()
    schema: str | None = None


class BareScanRow(_Frame, kw_only=True):
    """A document without what was concluded of its assets."""

    assets: tuple[BareAssetRow, ...]


class OpenScanRow(_Frame, kw_only=True):
    """A document whose assets are still text."""

    assets: tuple[msgspec.Raw, ...]


class ScanRow(_Frame, kw_only=True):
    """A whole document."""

    assets: tuple[AssetRow, ...]

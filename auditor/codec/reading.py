"""JSON → model. A document is data from anywhere: every shape is checked, by type and by the model."""

from typing import Any, Final, NamedTuple

import msgspec

from auditor.codec.plain import text_of, written
from auditor.codec.rows import (
    AssetRow,
    BareAssetRow,
    BareScanRow,
    CoverageRow,
    ForeignRow,
    ObservationRow,
    OpenScanRow,
    ScanRow,
    SeenRow,
    ToJudgeRow,
)
from auditor.model.bulk import bulk
from auditor.model.document import SCHEMA, Asset, Coverage, Foreign, Scan
from auditor.model.errors import UsageError
from auditor.model.facts import STRUCTURED, Observation
from auditor.model.jsontext import compact

_WRONG: Final = (msgspec.MsgspecError, ValueError, TypeError, RecursionError)
_TO_JUDGE: Final = msgspec.json.Decoder(ToJudgeRow)


def decode(
    data: bytes | memoryview, *, name: str = "scan document", conclusions: bool = True
) -> Scan:
    """Read a document.

    Args:
        data: the JSON text.
        name: what to call it in an error.
        conclusions: whether attributions and verdicts are wanted. Judging anew replaces them, and
            without them a document is read in half the time.

    Raises:
        UsageError: it is not one; says where and what was expected.
    """
    try:
        with bulk():
            row = _row(data, conclusions=conclusions)
            if row.schema == SCHEMA:
                return _scan(row)
    except msgspec.ValidationError as error:
        wrong: Exception = error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{name}: not JSON ({error})") from None
    except (ValueError, TypeError, RecursionError) as error:
        wrong = error
    else:
        wrong = ValueError(SCHEMA)
    found = _schema_of(data)
    if found != SCHEMA:
        raise UsageError(f"{name}: schema is {found!r}, expected {SCHEMA!r}") from None
    raise UsageError(f"{name}: not a valid {SCHEMA} document: {wrong}") from None


def opened(data: bytes | memoryview) -> tuple[Scan, tuple[msgspec.Raw, ...]] | None:
    """A document without its assets, and its assets as they stand there, unread.

    None where it is no document: ``decode`` says why. An asset may still turn out to be none.
    """
    try:
        row = msgspec.json.decode(data, type=OpenScanRow)
        if row.schema != SCHEMA:
            return None
        held = _fields(row) | {"coverage": _coverage(row.coverage), "assets": ()}
        return Scan(**held), row.assets
    except _WRONG:
        return None


class ToJudge(NamedTuple):
    """An asset that is judged as it stands.

    Attributes:
        row: the asset.
        written: observations whose values are known to stand in the document as this text.
    """

    row: ToJudgeRow
    written: list[tuple[SeenRow, msgspec.Raw]]


def decode_to_judge(data: msgspec.Raw) -> ToJudge:
    """An asset of ``opened``, to be judged anew and written again.

    It is checked as ``decode`` checks it, its observations are in the form of the model's, and
    nothing is made of it but the row that it was read into: ten thousand assets are two hundred
    thousand observations.

    Raises:
        UsageError: it is no asset.
    """
    try:
        made = ToJudge(_TO_JUDGE.decode(data), [])
        _put_in_form(made.row, made.written)
    except _WRONG as error:
        raise UsageError(f"not an asset ({error})") from None
    return made


def _put_in_form(row: ToJudgeRow, known: list[tuple[SeenRow, msgspec.Raw]]) -> None:
    for item in row.observations:
        value = item.value
        if value.__class__ is not str:
            if value.__class__ is not list and value.__class__ is not dict:
                raise TypeError("a value is neither text nor a structure")
            data = written(value)
            if data is None:
                item.value = compact(value)
                continue
            item.value = data.decode("ascii")
            if item.signal in STRUCTURED:
                known.append((item, msgspec.Raw(data)))
        elif item.signal in STRUCTURED or not value.isascii():
            item.value = Observation(signal=item.signal, value=value).value
    for child in row.children:
        _put_in_form(child, known)


def decode_asset(data: bytes | memoryview) -> Asset:
    """Read what ``encode_asset`` wrote.

    Raises:
        UsageError: it is no asset.
    """
    try:
        return _asset(msgspec.json.decode(data, type=AssetRow))
    except _WRONG as error:
        raise UsageError(f"not an asset ({error})") from None


def _row(data: bytes | memoryview, *, conclusions: bool) -> ScanRow | BareScanRow:
    if conclusions:
        return msgspec.json.decode(data, type=ScanRow)
    return msgspec.json.decode(data, type=BareScanRow)


def _schema_of(data: bytes | memoryview) -> object:
    """What a document calls itself; of what is no object, what it is instead; None if cut short."""
    try:
        raw: object = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return raw.get("schema") if isinstance(raw, dict) else type(raw).__name__


def _scan(row: ScanRow | BareScanRow) -> Scan:
    held = _fields(row)
    held["coverage"] = _coverage(row.coverage)
    held["assets"] = tuple([_asset(asset) for asset in row.assets])
    return Scan(**held)


def _coverage(row: CoverageRow) -> Coverage:
    held = _fields(row)
    held["out_of_scope"] = tuple([_foreign(foreign) for foreign in row.out_of_scope])
    return Coverage(**held)


def _foreign(row: ForeignRow) -> Foreign:
    seen = tuple([_observation(item) for item in row.observations])
    return Foreign(address=row.address, mac=row.mac, observations=seen)


def _asset(row: AssetRow | BareAssetRow) -> Asset:
    held = _fields(row)
    try:
        held["observations"] = tuple([_observation(item) for item in row.observations])
    except ValueError as error:
        raise ValueError(f"asset {row.id}: {error}") from None
    if row.children:
        held["children"] = tuple([_asset(child) for child in row.children])
    return Asset(**held)


def _observation(row: ObservationRow) -> Observation:
    value = row.value
    if not isinstance(value, str):
        value = text_of(value)
    elif row.signal in STRUCTURED or not value.isascii():  # it may have to be put in form
        return Observation(
            signal=row.signal, value=value, endpoint=row.endpoint, probe=row.probe, at=row.at
        )
    return Observation.canonical(row.signal, value, row.endpoint, row.probe, row.at)


def _fields(row: msgspec.Struct) -> dict[str, Any]:
    """The fields of a row by name. The model's dataclasses take exactly these."""
    return {name: getattr(row, name) for name in row.__struct_fields__}

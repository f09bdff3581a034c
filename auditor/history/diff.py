"""What changed from one scan to another. Pure: two documents in, one difference out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from auditor.model.difference import Change, Difference, Seen, Side
from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Verdict
from auditor.model.words import Role

_ROLES: Final = (Role.MAKER, Role.BRAND)
_SHOWN: Final = 80


def compare(old: Scan, new: Scan, seen: Sequence[Seen] = ()) -> Difference:
    """The difference of two scans of one network.

    A device is the same if its id is; else if its MAC, else its serial is. A verdict that changed
    while what is known of the device did not is a change of the law (or of the database, the
    policy or the date); any other is a change of the device.

    Args:
        old: the earlier scan.
        new: the later scan.
        seen: first and last sightings, if a history was asked.
    """
    pairs, appeared, absent = _match(list(_family(old.assets)), list(_family(new.assets)))
    common = _regimes(old) & _regimes(new)
    verdict, law = _verdicts(pairs, common)
    return Difference(
        old=_side(old),
        new=_side(new),
        appeared=tuple(_one(asset, now=asset.headline) for asset in appeared),
        absent=tuple(_gone(asset, new) for asset in absent if not _unassessed(asset, new)),
        moved=tuple(_changed(pairs, _address)),
        reattributed=tuple(_reattributed(pairs)),
        firmware=tuple(_changed(pairs, _firmware)),
        verdict=tuple(verdict),
        law=tuple(law),
        seen=tuple(seen),
        notes=tuple(_notes(old, new)),
    )


def _match(
    old: list[Asset], new: list[Asset]
) -> tuple[list[tuple[Asset, Asset]], list[Asset], list[Asset]]:
    """Same devices, those only in the later scan, those only in the earlier."""
    pairs: list[tuple[Asset, Asset]] = []
    for key in (_id, _mac, _serial):
        table: dict[str, list[Asset]] = {}
        for asset in old:
            if name := key(asset):
                table.setdefault(name, []).append(asset)
        rest = []
        for asset in new:
            name = key(asset)
            known = table.get(name, []) if name else []
            if len(known) == 1:
                pairs.append((known.pop(), asset))
            else:
                rest.append(asset)
        met = {id(before) for before, _ in pairs}
        old, new = [asset for asset in old if id(asset) not in met], rest
    return pairs, new, old


def _id(asset: Asset) -> str | None:
    return asset.id


def _mac(asset: Asset) -> str | None:
    return asset.mac


def _serial(asset: Asset) -> str | None:
    return asset.serial


def _address(asset: Asset) -> str | None:
    return asset.address


def _firmware(asset: Asset) -> str | None:
    return asset.firmware


def _changed(
    pairs: Iterable[tuple[Asset, Asset]],
    value: Callable[[Asset], str | None],
) -> Iterator[Change]:
    for before, after in pairs:
        was, now = value(before), value(after)
        if was is not None and now is not None and was != now:
            yield _one(after, was=was, now=now)


def _reattributed(pairs: Iterable[tuple[Asset, Asset]]) -> Iterator[Change]:
    for before, after in pairs:
        for role in _ROLES:
            was, now = _leading(before, role), _leading(after, role)
            if (was and was.vendor) != (now and now.vendor):
                yield _one(after, was=_named(was), now=_named(now), because=f"another {role.value}")


def _verdicts(
    pairs: Iterable[tuple[Asset, Asset]], common: set[str]
) -> tuple[list[Change], list[Change]]:
    of_device: list[Change] = []
    of_law: list[Change] = []
    for before, after in pairs:
        old = {item.regime: item for item in before.verdicts}
        new = {item.regime: item for item in after.verdicts}
        same = _known(before) == _known(after)
        for regime in sorted((old.keys() | new.keys()) & common):
            was, now = old.get(regime), new.get(regime)
            if (was and was.outcome) == (now and now.outcome):
                continue
            change = _one(
                after,
                was=was.outcome.value if was else "no verdict",
                now=now.outcome.value if now else "no verdict",
                regime=regime,
                because=_why(now),
            )
            (of_law if same else of_device).append(change)
    return of_device, of_law


def _known(asset: Asset) -> object:
    """What verdicts rest on: kind, and who stands in which role with which grade."""
    return asset.kind, [(i.role, i.vendor, i.entity, i.grade) for i in asset.attributions]


def _why(verdict: Verdict | None) -> str | None:
    return ", ".join(reason.replace("_", " ") for reason in verdict.reasons) if verdict else None


def _leading(asset: Asset, role: Role) -> Attribution | None:
    return next((item for item in asset.attributions if item.role is role), None)


def _named(item: Attribution | None) -> str | None:
    return None if item is None else f"{item.vendor} ({item.grade.value})"


def _one(
    asset: Asset,
    *,
    was: str | None = None,
    now: str | None = None,
    regime: str | None = None,
    because: str | None = None,
) -> Change:
    label = " ".join(dict.fromkeys(part for part in (asset.brand, asset.model) if part))
    return Change(
        id=asset.id,
        address=asset.address,
        name=label[:_SHOWN] or asset.kind.value,
        was=was,
        now=now,
        regime=regime,
        because=because,
    )


def _gone(asset: Asset, new: Scan) -> Change:
    because = None if new.scan.complete else "the later scan is incomplete: this proves nothing"
    return _one(asset, was=asset.headline, because=because)


def _unassessed(asset: Asset, new: Scan) -> bool:
    """Whether something answered at its address and could not be assessed: it may well be it."""
    silent = {item.address for item in new.coverage.not_assessed}
    return any(address in silent for address in (asset.address, *asset.addresses))


def _notes(old: Scan, new: Scan) -> Iterator[str]:
    if not new.scan.complete:
        yield "The later scan is incomplete: what it lacks may be there."
    if not old.scan.complete:
        yield "The earlier scan is incomplete: what appeared may have been there before."
    if old.scan.scope != new.scan.scope or old.scan.exclude != new.scan.exclude:
        yield "The two scans cover different addresses."
    if old.scan.policy != new.scan.policy or old.scan.profile != new.scan.profile:
        yield "The two scans were judged under different policies or profiles."
    only = _regimes(old) ^ _regimes(new)
    if only:
        yield f"Judged in one of the two scans only, not compared: {', '.join(sorted(only))}."
    if old.scan.db_version != new.scan.db_version or old.scan.db_digest != new.scan.db_digest:
        yield f"The database changed: {old.scan.db_version} to {new.scan.db_version}."


def _regimes(scan: Scan) -> set[str]:
    judged = {item.regime for asset in _family(scan.assets) for item in asset.verdicts}
    return judged | {note.id for note in scan.law}


def _side(scan: Scan) -> Side:
    head = scan.scan
    return Side(
        id=head.id,
        started=head.started,
        site=head.site,
        complete=head.complete,
        policy=head.policy,
        as_of=head.as_of,
        db_version=head.db_version,
    )


def _family(assets: Iterable[Asset]) -> Iterator[Asset]:
    for asset in assets:
        yield asset
        yield from _family(asset.children)

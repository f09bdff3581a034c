"""What changed from one scan to another. Pure: two documents in, one difference out."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from auditor.history.match import Matched, Member, family, match
from auditor.history.reach import Reach
from auditor.model.difference import Change, Difference, Seen, Side
from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Verdict
from auditor.model.words import Outcome, Role

_ROLES: Final = (Role.MAKER, Role.BRAND)
_SHOWN: Final = 80
_Pairs = Sequence[tuple[Member, Member]]
_Names = Mapping[str, str]


def compare(old: Scan, new: Scan, seen: Sequence[Seen] = ()) -> Difference:
    """The difference of two scans of one network.

    Which device is which, ``history.match`` says. A verdict that changed while what is known of
    the device did not is a change of the law (or of the database, the policy or the date); any
    other is a change of the device. The order of devices in the documents has no influence.

    Args:
        old: the earlier scan.
        new: the later scan.
        seen: first and last sightings, if a history was asked.
    """
    found = match(old.assets, new.assets)
    common = _regimes(old) & _regimes(new)
    names = {vendor.id: vendor.name for scan in (old, new) for vendor in scan.vendors}
    verdict, law = _verdicts(found.pairs, common, names)
    return Difference(
        old=_side(old),
        new=_side(new),
        appeared=_sorted(_appeared(found, old, names)),
        absent=_sorted(_absent(found, new, names)),
        moved=_sorted(_moved(found.pairs, names)),
        reattributed=_sorted(_reattributed(found.pairs, names)),
        firmware=_sorted(_firmware(found.pairs, names)),
        verdict=_sorted(verdict),
        law=_sorted(law),
        seen=tuple(seen),
        notes=tuple(_notes(old, new)),
    )


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    """By address as numbers, then by everything else."""
    return tuple(sorted(changes, key=_place))


def _place(change: Change) -> tuple[object, ...]:
    try:
        address = ipaddress.ip_address(change.address or "")
        where: tuple[int, int] = (address.version, int(address))
    except ValueError:
        where = (9, 0)
    rest = (change.regime, change.was, change.now, change.because, change.name)
    return (*where, change.id, *(text or "" for text in rest))


def _appeared(found: Matched, old: Scan, names: _Names) -> Iterator[Change]:
    reach = Reach(old)
    for member in found.appeared:
        why = reach.why_not(member.asset)
        told = None
        if why is not None:
            told = f"not comparable: {why} in the earlier scan"
        elif not old.scan.complete:
            told = "the earlier scan is incomplete: it may have been there"
        yield change_of(
            member.asset, names, now=member.asset.headline, because=_behind(member, told)
        )


def _absent(found: Matched, new: Scan, names: _Names) -> Iterator[Change]:
    reach = Reach(new)
    for member in found.absent:
        why = reach.why_not(member.asset)
        if why is None and member.parent is not None:
            why = reach.why_not(member.parent)
        told = None
        if why is not None:
            told = f"this proves nothing: {why} in the later scan"
        elif not new.scan.complete:
            told = "the later scan is incomplete: this proves nothing"
        yield change_of(
            member.asset, names, was=member.asset.headline, because=_behind(member, told)
        )


def _behind(member: Member, told: str | None) -> str | None:
    if member.parent is None:
        return told
    behind = f"behind {member.parent.address or member.parent.id}"
    return f"{behind}; {told}" if told else behind


def _moved(pairs: _Pairs, names: _Names) -> Iterator[Change]:
    for once, again in pairs:
        was, now = _places(once.asset), _places(again.asset)
        for version in (4, 6):
            if was[version] and now[version]:
                if not set(was[version]) & set(now[version]):
                    yield change_of(again.asset, names, was=was[version][0], now=now[version][0])
                break
        else:
            left, right = was[4] or was[6], now[4] or now[6]
            if left and right:
                yield change_of(again.asset, names, was=left[0], now=right[0])


def _places(asset: Asset) -> dict[int, list[str]]:
    """Its addresses by family, the main one first.

    A device with several has moved when none of the family is left: IPv6 addresses come and go.
    """
    found: dict[int, list[str]] = {4: [], 6: []}
    for text in dict.fromkeys((asset.address, *asset.addresses)):
        try:
            found[ipaddress.ip_address(text or "").version].append(text or "")
        except ValueError:
            continue
    return found


def _firmware(pairs: _Pairs, names: _Names) -> Iterator[Change]:
    """Unknown in one of the two is no change: a night without an answer tells nothing."""
    for once, again in pairs:
        was, now = once.asset.firmware, again.asset.firmware
        if was is not None and now is not None and was != now:
            yield change_of(again.asset, names, was=was, now=now)


def _reattributed(pairs: _Pairs, names: _Names) -> Iterator[Change]:
    for once, again in pairs:
        for role in _ROLES:
            was, now = _leading(once.asset, role), _leading(again.asset, role)
            if (was and was.vendor) != (now and now.vendor):
                told = f"another {role.value}"
                yield change_of(
                    again.asset, names, was=_named(was, names), now=_named(now, names), because=told
                )


def _verdicts(pairs: _Pairs, common: set[str], names: _Names) -> tuple[list[Change], list[Change]]:
    of_device: list[Change] = []
    of_law: list[Change] = []
    for once, again in pairs:
        old = {item.regime: item for item in once.asset.verdicts}
        new = {item.regime: item for item in again.asset.verdicts}
        for regime in sorted((old.keys() | new.keys()) & common):
            was, now = old.get(regime), new.get(regime)
            if (was and was.outcome) == (now and now.outcome):
                continue
            change = change_of(
                again.asset,
                names,
                was=was.outcome.value if was else "no verdict",
                now=now.outcome.value if now else "no verdict",
                regime=regime,
                because=_why(now),
            )
            excused = Outcome.EXEMPT in {was and was.outcome, now and now.outcome}
            same = _known(once.asset, excused) == _known(again.asset, excused)
            (of_law if same else of_device).append(change)
    return of_device, of_law


def _known(asset: Asset, excused: bool) -> object:  # noqa: FBT001 - both halves of one question
    """What verdicts rest on: kind, and who stands in which role with which grade.

    An exemption names devices by address, MAC or serial too.
    """
    roles = sorted((i.role, i.vendor, i.entity or "", i.grade) for i in asset.attributions)
    return asset.kind, roles, (asset.address, asset.mac, asset.serial) if excused else None


def _why(verdict: Verdict | None) -> str | None:
    return ", ".join(reason.replace("_", " ") for reason in verdict.reasons) if verdict else None


def _leading(asset: Asset, role: Role) -> Attribution | None:
    return next((item for item in asset.attributions if item.role is role), None)


def _named(item: Attribution | None, names: _Names) -> str | None:
    """A vendor as people know it, with the grade."""
    return None if item is None else f"{names.get(item.vendor, item.vendor)} ({item.grade.value})"


def change_of(
    asset: Asset,
    names: _Names,
    *,
    was: str | None = None,
    now: str | None = None,
    regime: str | None = None,
    because: str | None = None,
) -> Change:
    """A device and what was and is of it, called as people call it.

    Args:
        asset: the device.
        names: vendor id → name.
        was: the former value.
        now: the present one.
        regime: the regime concerned.
        because: one sentence more.
    """
    brand = names.get(asset.brand, asset.brand) if asset.brand else None
    label = " ".join(dict.fromkeys(part for part in (brand, asset.model) if part))
    return Change(
        id=asset.id,
        address=asset.address,
        name=label[:_SHOWN] or asset.kind.value,
        was=was,
        now=now,
        regime=regime,
        because=because,
    )


def _notes(old: Scan, new: Scan) -> Iterator[str]:
    before, after = old.scan, new.scan
    if not after.complete:
        yield "The later scan is incomplete: what it lacks may be there."
    if not before.complete:
        yield "The earlier scan is incomplete: what appeared may have been there before."
    if before.site != after.site:
        yield f"The two scans are of different sites: {before.site or 'none'}, {after.site or 'none'}."
    if before.scope != after.scope or before.exclude != after.exclude:
        yield "The two scans cover different addresses."
    if before.redacted != after.redacted:
        yield "The two scans are redacted differently: devices cannot be told by what was taken out."
    if before.policy != after.policy or before.profile != after.profile:
        yield "The two scans were judged under different policies or profiles."
    only = _regimes(old) ^ _regimes(new)
    if only:
        yield f"Judged in one of the two scans only, not compared: {', '.join(sorted(only))}."
    if before.db_version != after.db_version or before.db_digest != after.db_digest:
        yield f"The database changed: {before.db_version} to {after.db_version}."
    if before.tool != after.tool:
        yield f"The program changed: {before.tool} to {after.tool}."


def _regimes(scan: Scan) -> set[str]:
    judged = {item.regime for one in family(scan.assets) for item in one.asset.verdicts}
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

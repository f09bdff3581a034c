"""A night in which a device told less than before, and nothing new.

An answer that is lost or comes too late takes a brand, a model or a grade with it, and the next night brings
it back. Neither is a change of the device. What was known of it is therefore kept as the last known state,
until several scans in a row know no more.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from auditor.history.match import family
from auditor.history.rows import assets, key, versions_of
from auditor.history.tables import SCAN
from auditor.model.document import Asset
from auditor.model.words import Kind, grade_rank

_TEXTS = ("brand", "model", "serial", "firmware", "mac")


def held(
    connection: Connection,
    network: str,
    changed: Iterable[tuple[int, int]],
    patience: int,
) -> frozenset[int]:
    """Versions that stay the last known state of their device although a newer scan is stored.

    Args:
        connection: a transaction; the newest scan is stored already.
        network: of that scan.
        changed: last known version and version in the newest scan, of the devices that differ.
        patience: so many complete scans in a row end the waiting; 1 never waits.
    """
    pairs = set(changed)
    if patience <= 1 or not pairs:
        return frozenset()
    there = assets(connection, {number for pair in pairs for number in pair})
    less = {
        old
        for old, new in pairs
        if old in there and new in there and told_less(there[old], there[new])
    }
    if not less:
        return frozenset()
    nights = [set(numbers) for numbers in _nights(connection, network, patience)]
    waited = len(nights) == patience
    return frozenset(old for old in less if not waited or any(old in night for night in nights))


def _nights(connection: Connection, network: str, most: int) -> list[Sequence[int]]:
    """The versions of the newest complete scans, newest first."""
    asked = select(SCAN.c.id).where(SCAN.c.network == network, SCAN.c.complete)
    newest = asked.order_by(SCAN.c.started.desc(), SCAN.c.number.desc()).limit(most)
    return [versions_of(connection, row.id) for row in connection.execute(newest).all()]


def told_less(old: Asset, new: Asset) -> bool:
    """Whether all that is concluded of a device was concluded before, and something is missing.

    A device behind a recorder that is missing is none of this: it counts as absent by itself.
    """
    before = {key(member.asset.id): member.asset for member in family([old])}
    after = {key(member.asset.id): member.asset for member in family([new])}
    if not after.keys() <= before.keys():
        return False
    pairs = [(before[name], asset) for name, asset in after.items()]
    return all(_is_no_news(was, now) for was, now in pairs) and any(
        _said(was) != _said(now) for was, now in pairs
    )


def _is_no_news(was: Asset, now: Asset) -> bool:
    if now.kind not in {was.kind, Kind.UNKNOWN} or was.address != now.address:
        return False
    if any(getattr(now, name) not in {None, getattr(was, name)} for name in _TEXTS):
        return False
    grades = _grades(was)
    return all(role in grades and grade <= grades[role] for role, grade in _grades(now).items())


def _said(asset: Asset) -> object:
    return asset.kind, [getattr(asset, name) for name in _TEXTS], _grades(asset)


def _grades(asset: Asset) -> Mapping[tuple[str, str], int]:
    """How sure each role and vendor is, as a number that grows with it."""
    return {(item.role.value, item.vendor): grade_rank(item.grade) for item in asset.attributions}

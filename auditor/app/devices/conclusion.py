"""The end of a scan: every device judged once more, as what it is among all the others.

One device at a time: its card is read, judged, written, and forgotten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from auditor.app.devices.card import Card
from auditor.app.devices.desk import Desk
from auditor.app.devices.early import Early, Gist, Standing, gist_of
from auditor.app.devices.identity import Plan, drafts, one_asset, plan
from auditor.app.judging.hinge import SHARED_CERTIFICATE, judge_asset
from auditor.codec.shelf import KEPT, Shelf
from auditor.codec.spool import Slot
from auditor.model.document import Asset, Summary
from auditor.policy.judge import Bench


@dataclass(slots=True)
class Conclusion:
    """Judged assets, and what a document says of all of them together.

    Attributes:
        assets: in order of address.
        headlines: devices by headline, those behind others included.
        vendors: ids of every vendor that is mentioned.
        named: ids and addresses of the assets.
    """

    assets: Sequence[Asset]
    headlines: dict[str, int] = field(default_factory=dict)
    vendors: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def count(self, gist: Gist) -> None:
        """Take note of one asset."""
        self.named.add(gist.id)
        self.named.update(gist.addresses)
        for headline in gist.headlines:
            self.headlines[headline] = self.headlines.get(headline, 0) + 1
        self.vendors |= gist.vendors

    def summary(self) -> Summary:
        """Devices by headline."""
        return Summary(assets=sum(self.headlines.values()), **self.headlines)


def of(assets: Sequence[Asset]) -> Conclusion:
    """What assets that are judged already come to."""
    made = Conclusion(assets)
    for asset in assets:
        made.count(gist_of(asset))
    return made


def judged_alone(card: Card, desk: Desk, bench: Bench) -> Asset:
    """The asset that a card is by itself, judged as the scan goes.

    What its facts were weighed to last is not worked out again.
    """
    made = one_asset(card, desk)
    facts, weighed = card.weighed or (0, None)
    same = facts == len(card.observations) == len(made.observations)
    return judge_asset(made, bench, weighed if same else None)


def conclude(desk: Desk, bench: Bench, kept: int = KEPT, early: Early | None = None) -> Conclusion:
    """Judge everything on the desk.

    Args:
        desk: nobody works on its cards any more.
        bench: what is judged with.
        kept: assets that stay in memory; the others lie on the disk.
        early: what was judged with the same bench as the scan went. Each of them that still holds is
            what judging it here would give.
    """
    planned = plan(desk)
    shared = _sharers(planned)
    standing = _standing(desk, planned, early, shared)
    shelf = Shelf(kept)
    made = Conclusion(shelf)
    anew = drafts(desk, planned, frozenset(standing))
    for at in range(len(planned.groups)):
        known = standing.get(at)
        if known is not None and early is not None:
            made.count(known.gist)
            if isinstance(known.asset, Slot):
                shelf.append_own(early.line(known.asset))
            else:
                shelf.append(known.asset)
            continue
        asset = judge_asset(next(anew), bench)
        if asset.id in shared:
            asset = replace(asset, notes=(*asset.notes, SHARED_CERTIFICATE))
        made.count(gist_of(asset))
        shelf.append(asset)
    made.assets = shelf.settled()
    return made


def _standing(
    desk: Desk, planned: Plan, early: Early | None, sharers: frozenset[str]
) -> dict[int, Standing]:
    """Which of the planned assets were judged early and still hold, by their place in the plan.

    None where a recorder told what it records: then assets depend on one another.
    """
    if early is None or planned.channels:
        return {}
    shared, outside = desk.shared_macs(), set(desk.elsewhere.values())
    found = {}
    for at, (group, name) in enumerate(zip(planned.groups, planned.ids, strict=True)):
        if name in sharers or group[0] in outside:
            continue
        known = early.standing(group, name, planned.macs[at], shared)
        if known is not None:
            found[at] = known
    return found


def _sharers(planned: Plan) -> frozenset[str]:
    """Ids of the assets that show a certificate that another one shows too."""
    holders: dict[str, set[str]] = {}
    for group, name in zip(planned.groups, planned.ids, strict=True):
        for fingerprint in _fingerprints(group, planned):
            holders.setdefault(fingerprint, set()).add(name)
    return frozenset(name for names in holders.values() if len(names) > 1 for name in names)


def _fingerprints(group: Iterable[str], planned: Plan) -> set[str]:
    return {found for one in group for found, _ in planned.keys[one].certificates}

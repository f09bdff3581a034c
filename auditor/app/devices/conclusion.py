"""The end of a scan: every device judged once more, as what it is among all the others.

One device at a time: its card is read, judged, written, and forgotten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from auditor.app.devices.card import Card
from auditor.app.devices.desk import Desk
from auditor.app.devices.identity import Plan, drafts, one_asset, plan
from auditor.app.judging.hinge import SHARED_CERTIFICATE, family, judge_asset
from auditor.codec.shelf import KEPT, Shelf
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

    def count(self, asset: Asset) -> None:
        """Take note of one asset."""
        self.named.add(asset.id)
        self.named.update(asset.addresses)
        for one in family((asset,)):
            self.headlines[one.headline] = self.headlines.get(one.headline, 0) + 1
            self.vendors.update(item.vendor for item in one.attributions)

    def summary(self) -> Summary:
        """Devices by headline."""
        return Summary(assets=sum(self.headlines.values()), **self.headlines)


def of(assets: Sequence[Asset]) -> Conclusion:
    """What assets that are judged already come to."""
    made = Conclusion(assets)
    for asset in assets:
        made.count(asset)
    return made


def judged_alone(card: Card, desk: Desk, bench: Bench) -> Asset:
    """The asset that a card is by itself, judged as the scan goes.

    What its facts were weighed to last is not worked out again.
    """
    made = one_asset(card, desk)
    facts, weighed = card.weighed or (0, None)
    same = facts == len(card.observations) == len(made.observations)
    return judge_asset(made, bench, weighed if same else None)


def conclude(desk: Desk, bench: Bench, kept: int = KEPT) -> Conclusion:
    """Judge everything on the desk.

    Args:
        desk: nobody works on its cards any more.
        bench: what is judged with.
        kept: assets that stay in memory; the others lie on the disk.
    """
    planned = plan(desk)
    shared = _sharers(planned)
    shelf = Shelf(kept)
    made = Conclusion(shelf)
    for draft in drafts(desk, planned):
        asset = judge_asset(draft, bench)
        if asset.id in shared:
            asset = replace(asset, notes=(*asset.notes, SHARED_CERTIFICATE))
        made.count(asset)
        shelf.append(asset)
    made.assets = shelf.settled()
    return made


def _sharers(planned: Plan) -> frozenset[str]:
    """Ids of the assets that show a certificate that another one shows too."""
    holders: dict[str, set[str]] = {}
    for group, name in zip(planned.groups, planned.ids, strict=True):
        for fingerprint in _fingerprints(group, planned):
            holders.setdefault(fingerprint, set()).add(name)
    return frozenset(name for names in holders.values() if len(names) > 1 for name in names)


def _fingerprints(group: Iterable[str], planned: Plan) -> set[str]:
    return {found for one in group for found, _ in planned.keys[one].certificates}

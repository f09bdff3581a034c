"""One rule meeting one fact, and how it is cited."""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Final

from auditor.attribution.facts import Fact
from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Evidence
from auditor.model.knowledge import Claim
from auditor.model.words import Kind, Role, Strength, strength_rank

_VALUE_CAP = 300
_FORMS = count(1)
_BEST_FIRST: Final = {strength: -strength_rank(strength) for strength in Strength}

Rank = tuple[int, str, str, str, str, str, str, str, bool, tuple[str, ...]]
"""Evidence as a tuple that sorts (the best first) and that is equal where the evidence is."""


@dataclass(slots=True, kw_only=True)
class Hit:
    """One rule meeting one fact. Never changed; not frozen, because there are so many of them.

    Attributes:
        evidence: as it will be cited.
        claims: what follows from it, with implied makers.
        kind: what sort of equipment it shows.
        video: whether it is a sign of video equipment.
        note: a configuration finding.
        oui: whether it rests on the registered owner of a MAC block.
        groups: what the pattern read out.
        owner: vendor of the rule.
        presumed: whether it is a presumption only (a label that builds some may have built this one):
            it keeps behind other hints of the same grade.
        rank: the place of the evidence among other evidence. Worked out once: a hit is weighed for
            every device that shows the same.
        form: a number that is the same only where everything is the same that a hit is weighed by.
    """

    evidence: Evidence
    claims: tuple[Claim, ...]
    kind: Kind | None = None
    video: bool = False
    note: str | None = None
    oui: bool = False
    groups: tuple[tuple[str, str], ...] = ()
    owner: str | None = None
    presumed: bool = False
    rank: Rank = field(init=False, compare=False, repr=False)
    form: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        said = self.evidence
        self.rank = _rank(said)
        claims = _number(self.claims)
        self.form = _form(said.strength, said.channel, claims, self.oui, self.presumed)


@lru_cache(maxsize=8192)
def _form(*_weighed_by: object) -> int:
    """A number for each combination; a combination that was forgotten gets a new one."""
    return next(_FORMS)


_NUMBERS: Final[dict[int, tuple[tuple[Claim, ...], int]]] = {}
_NUMBERS_MOST: Final = 4096


def _number(claims: tuple[Claim, ...]) -> int:
    """A number for these claims. Most are one tuple of the catalog's, found without comparing."""
    known = _NUMBERS.get(id(claims))  # kept beside its number, so that its id stands
    if known is not None:
        return known[1]
    number = _form(claims)
    if len(_NUMBERS) >= _NUMBERS_MOST:
        _NUMBERS.clear()
    _NUMBERS[id(claims)] = claims, number
    return number


def _rank(item: Evidence) -> Rank:
    return (
        _BEST_FIRST[item.strength],
        item.channel,
        item.rule,
        item.endpoint or "",
        item.value,
        item.via or "",
        item.signal,
        item.strength,
        item.endpoint is None,
        item.sources,
    )


def is_long(fact: Fact) -> bool:
    """Whether a fact's value is longer than a citation may be."""
    return len(fact.value) > _VALUE_CAP


def cite(
    fact: Fact, rule: str, strength: Strength, sources: tuple[str, ...], matched: str = ""
) -> Evidence:
    """A fact as evidence for a rule.

    Of a long value only what the rule matched is shown, or else its beginning.
    """
    value = (matched or fact.value)[:_VALUE_CAP] if is_long(fact) else fact.value
    return Evidence(
        rule=rule,
        signal=fact.signal,
        value=value,
        strength=strength,
        channel=fact.channel,
        endpoint=fact.endpoint,
        via=fact.via,
        sources=sources,
    )


def headed(claim: Claim, catalog: Catalog) -> Claim:
    """A claim with the head of the family in role maker or platform, and its legal entity kept."""
    if claim.role not in {Role.MAKER, Role.PLATFORM}:
        return claim
    head = catalog.head_of(claim.vendor)
    if head == claim.vendor:
        return claim
    entity = claim.entity or catalog.vendors[claim.vendor].entity
    return Claim(role=claim.role, vendor=head, entity=entity)

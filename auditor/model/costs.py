"""What replacing a device costs, as an operator's price list says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCost:
    """One row of a price list.

    Attributes:
        kind: the device kind it is for, or ``*``.
        cost: price of one replacement, in the list's currency.
        currency: three letters.
        model: a model the row is limited to, or None.
    """

    kind: str
    cost: float
    currency: str
    model: str | None = None

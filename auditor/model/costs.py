"""What replacing a device costs, as an operator's price list says."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCost:
    """One row of a price list.

    Attributes:
        kind: the device kind it is for, or ``*``.
        cost: price of one replacement, in the row's currency; exact, never a binary fraction.
        currency: three letters, upper case.
        model: the model found that the row is limited to (``*`` and ``?`` stand for any
            characters and one character), or None for every model of the kind.
    """

    kind: str
    cost: Decimal
    currency: str
    model: str | None = None

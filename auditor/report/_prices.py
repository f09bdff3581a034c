"""Which row of a price list fits a device: the most specific one."""

import fnmatch
import re
from collections.abc import Sequence
from functools import lru_cache

from auditor.model.costs import UnitCost

ANY = "*"


def price(kind: str, model: str | None, costs: Sequence[UnitCost]) -> UnitCost | None:
    """The row that fits best, or None.

    A row with the very model goes before one with a model pattern (the longer pattern first), that
    before one for the kind, and that before ``*``. Upper and lower case are the same.
    """
    fits = [cost for cost in costs if _fits(kind, model, cost)]
    return max(fits, key=lambda cost: _worth(cost, model), default=None)


def _fits(kind: str, model: str | None, cost: UnitCost) -> bool:
    if cost.kind not in {kind, ANY}:
        return False
    if cost.model is None:
        return True
    return model is not None and _pattern(cost.model).fullmatch(model[:200]) is not None


def _worth(cost: UnitCost, model: str | None) -> tuple[bool, int, bool]:
    exact = cost.model is not None and cost.model.casefold() == (model or "").casefold()
    letters = len(cost.model.replace("*", "").replace("?", "")) if cost.model else -1
    return exact, letters, cost.kind != ANY


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """``*`` and ``?`` of an operator's list; brackets mean themselves. Runs in linear time."""
    return re.compile(fnmatch.translate(text.replace("[", "[[]")), re.IGNORECASE)

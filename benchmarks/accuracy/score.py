"""Figures from answers: pure counting, no reading and no printing."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.app.judging.identify import identify
from auditor.model.judgement import Attribution, Judged, Verdict
from auditor.model.knowledge import Vendor
from auditor.model.words import Grade, Outcome, Role, grade_rank
from auditor.policy.judge import Bench
from benchmarks.accuracy.corpus import Device

REGIME: Final = "us-ndaa-889"
GRADES: Final = (Grade.CONFIRMED, Grade.PROBABLE, Grade.POSSIBLE)


# Signals that say who sold or made a device, never what runs on it.
_NO_PLATFORM: Final = frozenset({"mac", "brand", "model", "hostname", "port.open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A device and what the product says of it.

    Attributes:
        device: the record.
        judged: the attribution.
        verdicts: what the regime says.
        label_shown: whether the true label's name stands anywhere in the signals.
    """

    device: Device
    judged: Judged
    verdicts: tuple[Verdict, ...]
    label_shown: bool

    def named(self, role: Role, vendor: str | None, least: Grade = Grade.POSSIBLE) -> bool:
        """Whether a vendor is named in a role at a grade or better."""
        return any(
            item.role is role
            and item.vendor == vendor
            and grade_rank(item.grade) >= grade_rank(least)
            for item in self.judged.attributions
        )

    @property
    def lead(self) -> Attribution | None:
        """The leading maker."""
        return next((item for item in self.judged.attributions if item.role is Role.MAKER), None)

    @property
    def accused(self) -> bool:
        """Whether the regime covers it."""
        return any(
            item.regime == REGIME and item.outcome in {Outcome.COVERED, Outcome.EXEMPT}
            for item in self.verdicts
        )

    @property
    def wrong(self) -> tuple[Attribution, ...]:
        """Makers at probable or better that did not build it; empty where nobody knows."""
        maker = self.device.record.truth.maker
        if maker is None:
            return ()
        return tuple(
            item
            for item in self.judged.attributions
            if item.role is Role.MAKER
            and item.vendor != maker
            and grade_rank(item.grade) >= grade_rank(Grade.PROBABLE)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the result.

    Attributes:
        name: stable key, as in baseline.json.
        about: what is counted, for people.
        hits: how many.
        of: out of how many.
        better: ``more``, ``fewer`` or ``none`` (not judged).
        misses: ids that count against it.
    """

    name: str
    about: str
    hits: int
    of: int
    better: str
    misses: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where nothing was counted."""
        return self.hits / self.of if self.of else None


def answer(device: Device, bench: Bench) -> Answer:
    """What the product says of one device."""
    judged, verdicts = identify(device.observations, bench)
    shown = _shown(device, bench.catalog.vendors)
    return Answer(device=device, judged=judged, verdicts=verdicts, label_shown=shown)


def _shown(device: Device, vendors: Mapping[str, Vendor]) -> bool:
    brand = device.record.truth.brand
    if brand is None:
        return False
    text = json.dumps(
        [item["value"] for item in device.record.signals], ensure_ascii=False
    ).casefold()
    return any(name.casefold() in text for name in (vendors[brand].name, *vendors[brand].aliases))


def figures(answers: Sequence[Answer]) -> tuple[Figure, ...]:
    """Every figure over these devices, in a fixed order."""
    known = [item for item in answers if item.device.record.truth.maker is not None]
    strong = [item for item in known if item.device.record.strong]
    rebrands = [item for item in strong if item.device.rebrand]
    labelled = [item for item in rebrands if item.device.record.truth.brand is not None]
    free = [item for item in answers if not item.device.record.truth.restricted]
    free_known = [item for item in known if not item.device.record.truth.restricted]
    return (
        _share(
            "recall-maker",
            "maker named at probable or better, of devices with a strong sign",
            strong,
            _maker,
        ),
        _share(
            "recall-platform",
            "platform named at probable or better, of restricted devices with a strong sign of one",
            [item for item in strong if item.device.record.truth.restricted and _tells(item)],
            lambda item: item.named(Role.PLATFORM, item.device.record.truth.maker, Grade.PROBABLE),
        ),
        _share(
            "recall-brand",
            "label named at any grade, of devices whose signals show its name",
            [item for item in answers if item.label_shown],
            _brand,
        ),
        _share(
            "recall-rebrands",
            "maker of a rebrand named at probable or better, with a strong sign",
            rebrands,
            _maker,
        ),
        _share(
            "recall-oem",
            "rebrands of which both maker (probable or better) and label (any grade) are named",
            labelled,
            lambda item: _maker(item) and _brand(item),
        ),
        _share(
            "unrestricted-named",
            "unrestricted makers named at possible or better",
            free_known,
            lambda item: item.named(Role.MAKER, item.device.record.truth.maker),
        ),
        _share(
            "label-only-modest",
            "label-only devices without any maker above possible",
            [item for item in answers if item.device.record.label_only],
            lambda item: item.lead is None or item.lead.grade is Grade.POSSIBLE,
        ),
        _faults(
            "false-accusations",
            f"unrestricted devices covered under {REGIME}",
            free,
            lambda item: item.accused,
        ),
        _faults(
            "wrong-makers",
            "devices with another maker than the true one at probable or better",
            known,
            lambda item: bool(item.wrong),
        ),
        _faults(
            "unknown",
            "devices without any maker at probable or better",
            answers,
            lambda item: item.lead is None or item.lead.grade is Grade.POSSIBLE,
            better="none",
        ),
        *_calibration(known),
    )


def _maker(item: Answer) -> bool:
    return item.named(Role.MAKER, item.device.record.truth.maker, Grade.PROBABLE)


def _tells(item: Answer) -> bool:
    return any(seen.signal not in _NO_PLATFORM for seen in item.device.observations)


def _brand(item: Answer) -> bool:
    brand = item.device.record.truth.brand
    return item.named(Role.BRAND, brand) or item.judged.brand == brand


def _calibration(known: Iterable[Answer]) -> list[Figure]:
    answers = list(known)
    out = []
    for grade in GRADES:
        leading = [item for item in answers if item.lead is not None and item.lead.grade is grade]
        out.append(
            _share(
                f"{grade}-right",
                f"leading makers graded {grade} that are right",
                leading,
                lambda item: (
                    item.lead is not None and item.lead.vendor == item.device.record.truth.maker
                ),
                better="more" if grade is Grade.CONFIRMED else "none",
            )
        )
    return out


def _share(
    name: str,
    about: str,
    answers: Sequence[Answer],
    good: Callable[[Answer], bool],
    *,
    better: str = "more",
) -> Figure:
    misses = tuple(item.device.record.id for item in answers if not good(item))
    return Figure(
        name=name,
        about=about,
        hits=len(answers) - len(misses),
        of=len(answers),
        better=better,
        misses=misses,
    )


def _faults(
    name: str,
    about: str,
    answers: Sequence[Answer],
    bad: Callable[[Answer], bool],
    *,
    better: str = "fewer",
) -> Figure:
    found = tuple(item.device.record.id for item in answers if bad(item))
    return Figure(
        name=name, about=about, hits=len(found), of=len(answers), better=better, misses=found
    )

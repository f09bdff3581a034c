"""Sixty nights of a fleet that changes by script, and what each night must tell."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.app.nightly.run import changes_of
from tests.soak import overlay
from tests.soak.appliance import PLAIN, Appliance, Told
from tests.soak.simulated import (
    BASES,
    HANWHA,
    HIKVISION,
    LTS,
    MILESIGHT,
    UNIVIEW,
    Camera,
    fleet,
    sample,
)

FIRST = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
LAW_NIGHT = 30
INCOMPLETE = (40, 41)
GONE_AFTER = 3
_KINDS = 9


@dataclass(slots=True)
class Ran:
    """How one night went.

    Attributes:
        number: from 0.
        wanted: the events that the script demands, each with its device.
        told: the events that were told.
        changes: how many changes of each kind the diff must name.
        said: how many it did name.
        seconds: how long the run took.
        size: bytes of the history afterwards.
    """

    number: int
    wanted: list[tuple[str, str | None]]
    told: list[tuple[str, str | None]]
    changes: dict[str, int]
    said: dict[str, int]
    seconds: float
    size: int


class Script:
    """Who is there on which night, and what that must tell."""

    def __init__(self, count: int, nights: int) -> None:
        self.cameras = fleet(count)
        self.nights = nights
        self.away: set[int] = set()
        self._missed: dict[int, int] = {}
        self._waking: dict[int, int] = {}
        self._next = count + 1

    def night(self, number: int) -> tuple[list[Camera], list[tuple[str, str | None]]]:
        """The devices of this night, and the events wanted."""
        wanted: list[tuple[str, str | None]] = []
        complete = number not in INCOMPLETE
        if number == 0:
            covered = [c for c in self.cameras.values() if _covered(c)]
            wanted += [("new-covered", id_of(camera)) for camera in covered]
        else:
            wanted += self._happens(number)
        if number == LAW_NIGHT:
            here = [c for n, c in self.cameras.items() if c.base == UNIVIEW and n not in self.away]
            wanted += [("law-changed", id_of(camera)) for camera in here]
        if number == INCOMPLETE[0]:
            wanted.append(("scan-incomplete", None))
        for each in [n for n in self.cameras if n in self.away]:
            if complete:
                self._missed[each] = self._missed.get(each, 0) + 1
                if self._missed[each] == GONE_AFTER:
                    wanted.append(("gone", id_of(self.cameras[each])))
        there = [c for n, c in sorted(self.cameras.items()) if n not in self.away]
        return there, sorted(wanted, key=str)

    def _happens(self, number: int) -> list[tuple[str, str | None]]:
        """What happens is chosen by the number of the night, so that every kind comes round."""
        kind = number % _KINDS
        self._wake(number)
        self._speak()
        if kind == 0:
            self._mumble(number)
        elif kind == 1:
            return self._come(HIKVISION)
        if kind == 2:
            return self._come(MILESIGHT)
        if kind == 3:
            self._leave(1 + number % 7)  # for good
        elif kind == 4:
            return self._move(number)
        elif kind == 5:
            self._sleep(number, nights=1)
        elif kind == 6:
            return self._upgrade(number)
        elif kind == 7:
            return self._rebrand(number)
        elif kind == 8:
            self._sleep(number, nights=2)
        return []

    def _come(self, base: int) -> list[tuple[str, str | None]]:
        number, self._next = self._next, self._next + 1
        place = f"192.168.43.{number % 250 + 1}"
        camera = Camera(number=number, base=base, address=place)
        self.cameras[number] = camera
        told: list[tuple[str, str | None]] = [("new-device", id_of(camera))]
        return [*told, ("new-covered", id_of(camera))] if _covered(camera) else told

    def _leave(self, start: int) -> None:
        self.away.add(self._pick(start, None).number)

    def _move(self, number: int) -> list[tuple[str, str | None]]:
        camera = self._pick(number * 3, None)
        self.cameras[camera.number] = replace(camera, address=f"192.168.42.{number + 1}")
        return [("moved", id_of(camera))]

    def _sleep(self, number: int, *, nights: int) -> None:
        camera = self._pick(number * 5, None)
        self.away.add(camera.number)
        self._waking[camera.number] = number + nights

    def _wake(self, number: int) -> None:
        for each, when in dict(self._waking).items():
            if when <= number:
                self.away.discard(each)
                self._missed.pop(each, None)
                del self._waking[each]

    def _mumble(self, number: int) -> None:
        """What names it does not come in time, so that its id is another one for this night."""
        base = (HANWHA, MILESIGHT)[number // _KINDS % 2]
        camera = self._pick(number, base)
        self.cameras[camera.number] = replace(camera, silent=frozenset({"wsd.endpoint"}))

    def _speak(self) -> None:
        for number, camera in self.cameras.items():
            if camera.silent:
                self.cameras[number] = replace(camera, silent=frozenset())

    def _upgrade(self, number: int) -> list[tuple[str, str | None]]:
        camera = self._pick(number, HIKVISION)
        self.cameras[camera.number] = replace(camera, newer=not camera.newer)
        return [("firmware-changed", id_of(camera))]

    def _rebrand(self, number: int) -> list[tuple[str, str | None]]:
        """The label's firmware on the maker's hardware: same MAC, another brand."""
        camera = self._pick(number, HIKVISION)
        name = id_of(camera)
        self.cameras[camera.number] = replace(camera, base=LTS, mac_of=HIKVISION, newer=False)
        return [("reattributed", name), ("firmware-changed", name)]

    def _pick(self, start: int, base: int | None) -> Camera:
        """The next device of the first crowd from there on that is there and untouched."""
        here = [
            c
            for n, c in sorted(self.cameras.items())
            if n not in self.away and c.mac_of is None and (base is None or c.base == base)
        ]
        return here[start % len(here)]


def id_of(camera: Camera) -> str:
    """The id that the product gives it."""
    base = sample()[camera.base if camera.mac_of is None else camera.mac_of]
    if base.id.startswith("epr-"):
        return f"{base.id[:-12]}{camera.number:012x}"
    return f"{base.id[:10]}{camera.number:06x}"


def _covered(camera: Camera) -> bool:
    return camera.base in BASES[:4]


def config(folder: Path) -> str:
    """The appliance's configuration, with the law of the thirtieth night."""
    day = (FIRST + timedelta(days=LAW_NIGHT)).date()
    overlay.write(folder / "law", day, entity="uniview", vendor="uniview")
    return PLAIN + '[policy]\nname = "night-policy"\nvendor_db = ["law"]\n'


def play(folder: Path, *, count: int, nights: int) -> Iterator[Ran]:
    """Run the nights one by one."""
    appliance = Appliance(folder, config(folder))
    script = Script(count, nights)
    last: tuple[int, list[Camera]] | None = None
    for number in range(nights):
        there, wanted = script.night(number)
        appliance.air.there = there
        appliance.air.complete = number not in INCOMPLETE
        begun, before = time.monotonic(), len(appliance.told)
        (outcome,) = appliance.night(FIRST + timedelta(days=number))
        assert outcome.failed is None, outcome.failed
        yield Ran(
            number=number,
            wanted=wanted,
            told=sorted(_events(appliance.told[before:]), key=str),
            changes=_changes(last, number, there) if last else {},
            said=changes_of(outcome),
            seconds=time.monotonic() - begun,
            size=size(appliance.state),
        )
        if appliance.air.complete:
            last = number, there


def _changes(last: tuple[int, list[Camera]], number: int, there: list[Camera]) -> dict[str, int]:
    """What the diff must say, from who was there on the last complete night and who is now."""
    was = {id_of(camera): camera for camera in last[1]}
    now = {id_of(camera): camera for camera in there}
    both = [(was[name], now[name]) for name in was.keys() & now.keys()]
    law = last[0] < LAW_NIGHT <= number
    return {
        "appeared": len(now.keys() - was.keys()),
        "absent": len(was.keys() - now.keys()),
        "moved": sum(a.address != b.address for a, b in both),
        "reattributed": sum(a.base != b.base for a, b in both),
        "firmware": sum((a.base, a.newer) != (b.base, b.newer) for a, b in both),
        "verdict": 0,
        "law": sum(b.base == UNIVIEW for _, b in both) if law else 0,
    }


def _events(told: list[Told]) -> list[tuple[str, str | None]]:
    return [event for item in told for event in item.events]


def size(state: Path) -> int:
    """Bytes of the history's files."""
    return sum(path.stat().st_size for path in state.glob("history.db*"))

"""An appliance that runs night after night until it is killed. It says what it has judged.

``python -m tests.soak.child FOLDER FIRST-SECOND``: every line of standard output is
``ready`` or ``judged START ID``, written after the journal has taken the device.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.app.events import Event, JudgedOne
from auditor.model.document import Scan
from tests.soak.appliance import Appliance
from tests.soak.simulated import Air, fleet

CONFIG_DEVICES = 14
_PAUSE = 0.01


class Loud(Air):
    """Says what it has judged."""

    async def scan(
        self, options: Any, terms: Any, tell: Callable[[Event], None], *rest: Any, **more: Any
    ) -> Scan:
        """As ``Air.scan``."""
        start = os.environ["SOURCE_DATE_EPOCH"]

        def loud(event: Event) -> None:
            tell(event)
            if isinstance(event, JudgedOne):
                os.write(1, f"judged {start} {event.asset.id}\n".encode())

        return await super().scan(options, terms, loud, *rest, **more)


def main() -> None:
    """Run nights until killed."""
    folder, second = Path(sys.argv[1]), int(sys.argv[2])
    house = Appliance(folder, (folder / "auditor.toml").read_text())
    house.air = Loud(list(fleet(CONFIG_DEVICES).values()))
    house.air.pause = _PAUSE
    os.write(1, b"ready\n")
    while True:
        house.air.there = list(fleet(CONFIG_DEVICES - second // 60 % 3).values())
        house.night(datetime.fromtimestamp(second, UTC))
        second += 60


if __name__ == "__main__":
    main()

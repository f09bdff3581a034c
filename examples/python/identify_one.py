"""Who made this? One device, from facts that you have: ``python identify_one.py``."""

import sys

from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.identify import identify
from auditor.model.facts import Observation

FACTS = (
    Observation(signal="brand", value="LTS"),
    Observation(signal="http.server", value="App-webs/", endpoint="tcp/80"),
    Observation(signal="rtsp.auth_realm", value="Hikvision", endpoint="tcp/554"),
)


def main() -> None:
    """Print makers and verdicts."""
    judged, verdicts = identify(FACTS, bench(Terms(regimes=("us-ndaa-889",), as_of="2026-11-22")))
    for item in judged.attributions:
        sys.stdout.write(f"{item.role} {item.vendor}: {item.grade}\n")
        for evidence in item.because:
            sys.stdout.write(f"  {evidence.strength} {evidence.rule} on {evidence.channel}\n")
    for verdict in verdicts:
        sys.stdout.write(f"{verdict.regime}: {verdict.outcome} {list(verdict.reasons)}\n")


if __name__ == "__main__":
    main()

"""Words for profile flags: who the user is, as rules ask it (``applies_if``, ``--profile``)."""

from collections.abc import Sequence
from typing import Final

PROFILES: Final = {
    "us-federal-agency": "a US federal agency",
    "us-federal-contractor": "a US federal contractor",
    "us-federal-grantee": "a recipient of US federal grants or loans",
    "us-importer-or-seller": "an importer or seller in the United States",
    "us-dod-contractor": "a contractor of the US Department of Defense",
    "us-dod-agency": "a part of the US Department of Defense",
    "us-exporter": "an exporter under US export control",
    "us-person": "a US person",
    "us-person-investor": "a US person who invests",
    "au-commonwealth-entity": "an Australian Commonwealth entity",
    "ca-federal-institution": "a Canadian federal institution",
    "eu-manufacturer-importer": "a manufacturer or importer in the EU",
    "eu-person": "an EU person",
    "in-seller": "a seller in India",
    "in-public-buyer": "a public buyer in India",
    "lt-state-institution": "a Lithuanian state institution",
    "tw-gov-agency": "a government agency of Taiwan",
    "uk-central-gov-sensitive-site": "a UK central government department with sensitive sites",
    "uk-contracting-authority": "a UK contracting authority",
}

_STATE_AGENCY: Final = "us-state-agency:"
_STATES: Final = {
    "fl": "Florida",
    "ga": "Georgia",
    "tx": "Texas",
    "wi": "Wisconsin",
}


def person(flag: str) -> str:
    """Whom one flag names: “a US federal agency”; a flag without words is shown as it is."""
    if flag.startswith(_STATE_AGENCY):
        code = flag.removeprefix(_STATE_AGENCY)
        return f"an agency of the US state of {_STATES.get(code, code.upper())}"
    return PROFILES.get(flag, flag)


def people(flags: Sequence[str]) -> str:
    """Whom flags name: “a US federal agency or a US person”; empty without flags."""
    return " or ".join(map(person, flags))

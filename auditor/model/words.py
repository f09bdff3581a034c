"""The closed vocabularies: roles, grades, strengths, outcomes and the rest."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a claim about a device speaks of. Never interchangeable."""

    BRAND = "brand"  # the label on the housing
    MAKER = "maker"  # who built the hardware
    PLATFORM = "platform"  # whose firmware it runs
    CHIP = "chip"  # whose SoC is inside


class Grade(StrEnum):
    """How sure an attribution is; never a percentage."""

    CONFIRMED = "confirmed"  # strong on two independent channels
    PROBABLE = "probable"  # strong on one, or supportive on two
    POSSIBLE = "possible"  # anything less, and anything that rests on labels


class Strength(StrEnum):
    """What one rule's hit is worth before channels are counted."""

    STRONG = "strong"
    SUPPORTIVE = "supportive"
    WEAK = "weak"  # true of many makers: never lifts an attribution above possible
    LABEL = "label"  # a text that the seller or user may set: never above possible


class Kind(StrEnum):
    """What sort of equipment it is."""

    CAMERA = "camera"
    RECORDER = "recorder"
    ENCODER = "encoder"
    INTERCOM = "intercom"
    ACCESS_CONTROL = "access-control"
    NETWORK = "network"
    OTHER = "other"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """The end of a verdict."""

    COVERED = "covered"
    EXEMPT = "exempt"
    NOT_COVERED = "not_covered"
    INDETERMINATE = "indeterminate"


class FindingClass(StrEnum):
    """What a hit under a regime may be called."""

    PROHIBITED_IF_PROFILE = "prohibited-if-profile"
    MARKET_ACCESS = "market-access"
    COUNTERPARTY_RISK = "counterparty-risk"
    POLICY_SIGNAL = "policy-signal"
    HYPOTHETICAL = "hypothetical"


class Ending(StrEnum):
    """How an attempt to ask one endpoint one thing ended."""

    OK = "ok"
    REFUSED = "refused"
    FILTERED = "filtered"
    TIMEOUT = "timeout"
    RESET = "reset"
    TLS_ERROR = "tls-error"
    MALFORMED = "malformed"
    TOO_BIG = "too-big"
    DENIED = "denied"
    SKIPPED = "skipped"
    BUG = "bug"


class Channel(StrEnum):
    """An independent witness. Two facts of one channel are one witness."""

    LINK = "link"
    WSD = "wsd"
    HTTP = "http"  # with ONVIF on the same server
    RTSP = "rtsp"
    TLS = "tls"
    SADP = "sadp"
    DHIP = "dhip"  # and the older Dahua search
    MHED = "mhed"
    NETIP = "netip"
    TDP = "tdp"
    UBNT = "ubnt"
    HANWHA = "hanwha"  # the searches that rarer makers have of their own, each a witness
    BOSCH = "bosch"
    IPRO = "ipro"
    VIVOTEK = "vivotek"
    SONY = "sony"
    FOSCAM = "foscam"
    VSTARCAM = "vstarcam"
    SSDP = "ssdp"
    MDNS = "mdns"
    SNMP = "snmp"
    DHCP = "dhcp"
    DNS = "dns"
    PORTS = "ports"
    RECORD = "record"  # a label, an inventory list, a purchase order


class Affiliates(StrEnum):
    """How far a regime reaches beyond the names that it lists."""

    YES = "yes"
    LISTED_ONLY = "listed-only"
    FIFTY_PERCENT = "50pct"
    CONTROL = "control"
    NONE = "n/a"


class EvidenceCode(StrEnum):
    """How a fact of the database is supported (vendor_db/README.md)."""

    P = "P"  # primary or official text was read
    S = "S"  # secondary source was read: stated as "reported"
    W = "W"  # weak secondary source: only ever "reported"
    M = "M"  # from memory: in the data, switched off
    I = "I"  # inference by the author  # noqa: E741 - the code's letter in the sources


_GRADE_RANK: Final = {Grade.POSSIBLE: 1, Grade.PROBABLE: 2, Grade.CONFIRMED: 3}
_STRENGTH_RANK: Final = {
    Strength.LABEL: 1,
    Strength.WEAK: 1,
    Strength.SUPPORTIVE: 2,
    Strength.STRONG: 3,
}

VIDEO_KINDS: Final = frozenset(
    {Kind.CAMERA, Kind.RECORDER, Kind.ENCODER, Kind.INTERCOM, Kind.ACCESS_CONTROL}
)
"""Kinds that are judged under every regime of the policy."""


def grade_rank(grade: Grade | None) -> int:
    """Order of grades: 0 for none, 1 possible, 2 probable, 3 confirmed."""
    return 0 if grade is None else _GRADE_RANK[grade]


def strength_rank(strength: Strength) -> int:
    """Order of strengths: 1 label and weak, 2 supportive, 3 strong."""
    return _STRENGTH_RANK[strength]

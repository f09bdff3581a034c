"""Words for the closed vocabularies, for every report that is written for people.

Outcomes, kinds, reasons, classes of law and the rest; with ``words`` and the texts of each report
they are what a translation replaces.
"""

from typing import Final

OUTCOME_MEANING: Final = {
    "covered": "A rule of the policy names the maker that the signs point to.",
    "indeterminate": "A rule may reach it; what the device shows does not decide it.",
    "exempt": "Named, and excused by an exemption that is on file.",
    "unidentified": "Answered, but nothing tells what it is. Never counted as clear.",
    "not_covered": "The maker was identified and no rule of the policy names it.",
    "outside": "Recognised as something else, and not judged.",
}

VERDICT_OUTCOMES: Final = {
    "covered": "covered",
    "exempt": "exempt",
    "not_covered": "no listed producer identified",
    "indeterminate": "not determined",
}

REASONS: Final = {
    "listed_vendor": "the maker is listed",
    "affiliate_of_listed": "the maker is an affiliate of a listed company",
    "purpose_limited": "the listing is limited to named purposes",
    "conflict": "signs of different makers",
    "listed_maker_possible": "a hint of a listed maker",
    "maker_only_possible": "the maker is only a possibility",
    "maker_unknown": "nothing names the maker",
    "mac_block_only": "only the MAC block speaks for the maker",
    "maker_buys_in": "the maker also sells what others build",
    "entity_not_established": "the company within the family is not established",
    "kind_not_named": "this kind of equipment is not established as named",
    "kind_outside_listing": "the listing does not name this kind of equipment",
    "not_yet_effective": "not yet effective",
    "date_approximate": "the exact day is not documented",
    "share_not_established": "whether a listed company owns half of the maker is not established",
    "resumption_unverified": "whether the rule applies again after its suspension is not verified",
    "suspended": "the rule is suspended",
    "subsidiary_not_named": "the subsidiary is not named",
    "entity_not_named": "the company is not named",
    "before_listing": "before the listing",
    "removed_from_list": "removed from the list",
    "maker_not_listed": "the maker is not named there",
    "listing_unverified": "the listing is not verified",
    "names_no_maker": "the rule names no maker",
}

KINDS: Final = {
    "camera": "camera",
    "recorder": "recorder",
    "encoder": "encoder",
    "intercom": "intercom",
    "access-control": "access control",
    "network": "network equipment",
    "other": "other equipment",
    "unknown": "kind unknown",
}

GRADES: Final = {"confirmed": "confirmed", "probable": "probable", "possible": "possible"}

CLAIMS: Final = {
    "maker": "Made by {name}",
    "brand": "Labelled {name}",
    "platform": "Runs firmware of {name}",
    "chip": "Chip of {name}",
}

CHANNELS: Final = {
    "link": "network link",
    "wsd": "WS-Discovery",
    "http": "web server with ONVIF",
    "rtsp": "video server",
    "tls": "certificate",
    "sadp": "SADP",
    "dhip": "DHIP",
    "mhed": "MHED",
    "netip": "NETIP",
    "tdp": "TDP",
    "ubnt": "Ubiquiti discovery",
    "ssdp": "SSDP",
    "mdns": "mDNS",
    "snmp": "SNMP",
    "dhcp": "DHCP",
    "dns": "DNS",
    "ports": "open ports",
    "record": "a label or list",
}

ENDINGS: Final = {
    "ok": "answered",
    "refused": "refused",
    "filtered": "filtered",
    "timeout": "no answer in time",
    "reset": "connection reset",
    "tls-error": "TLS error",
    "malformed": "malformed answer",
    "too-big": "answer too big",
    "denied": "not asked: outside the budget or the scope",
    "skipped": "skipped",
    "bug": "fault in this tool",
}

LEDGER: Final = {
    "answered": "answered",
    "silent": "silent: nothing there, or nothing that speaks",
    "refused": "there, every port closed",
    "filtered": "there, behind a filter",
    "out_of_time": "not finished in time",
    "excluded": "excluded by the operator",
    "not_scanned": "not scanned",
}

METHOD_STATES: Final = {
    "ok": "worked",
    "limited": "limited",
    "skipped": "skipped",
    "unavailable": "not available here",
    "failed": "failed",
}

CLASSES: Final = {
    "prohibited-if-profile": "a restriction on certain users: it means something only for those"
    " whom it concerns",
    "market-access": "a restriction on authorising, importing or selling; not on using what is"
    " already owned",
    "counterparty-risk": "a statement about dealings with the company, not about the device",
    "policy-signal": "a signal of policy, not a rule of law for the owner of a device",
    "hypothetical": "hypothetical: no such rule is known to be in force",
}

LIMITS: Final = (
    (
        "No hit is not a clearance. A device whose maker is unknown is “not determined”; a device"
        " that was switched off, elsewhere or shielded was not seen at all."
    ),
    (
        "No authority issues a status or certificate for devices under these rules, and this report"
        " is none. “No listed producer identified” speaks of the policy named above, on its date,"
        " within the coverage shown."
    ),
    (
        "Each rule concerns certain users. A hit says that the signs point to a maker that the rule"
        " names; whether the rule concerns you depends on who you are and what the device is for. A"
        " network scan cannot see a purpose."
    ),
    (
        "Rules about a company's access to goods or capital, and lists of companies, say nothing"
        " about owning or using a device. Rules about equipment authorisation, import and sale leave"
        " the use of lawfully acquired equipment alone."
    ),
    (
        "A MAC block or a manufacturer's name in a reply is a sign, not a proof of who built a"
        " device: labels can be set, modules mislead. Grades (confirmed, probable, possible) come"
        " from independent witnesses and are never percentages."
    ),
    (
        "Buying and relabelling does not make a company an affiliate of the maker. The device may be"
        " covered because of who produced it."
    ),
    "Chips inside a device cannot be assessed from the network.",
    (
        "Dates differ: a listing is announced, published and effective on different days. The date"
        " shown is the one from which the rule reaches the device."
    ),
)
"""What may not be read into a report, whatever its format."""


def word(table: dict[str, str], key: str) -> str:
    """The word for a key; an unknown key is shown as it is, with spaces."""
    return table.get(key) or key.replace("_", " ")

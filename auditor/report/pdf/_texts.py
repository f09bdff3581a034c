"""Every sentence of the PDF report: a translation replaces this module, ``words`` and ``sentences``.

Words for findings follow ``docs/explanation/what-a-verdict-means.md``; nothing here may say more
than the law supports.
"""

from typing import Final

from auditor.report.words import NOT_LEGAL_ADVICE

# Sent to the template as they are
LABELS: Final = {
    "product": "Camera origin audit",
    "report": "Report for the file",
    "contents": "Contents",
    "page": "Page",
    "of": "of",
    "advice": NOT_LEGAL_ADVICE,
    "footer": "Technical findings, not legal advice",
    "incomplete": "Incomplete scan",
    "summary": "Management summary",
    "outcomes": "Devices by outcome",
    "makers": "Devices by maker",
    "glance": "Findings at a glance",
    "missed": "What was not assessed",
    "stale": "Rules due for review",
    "method": "Method and limits",
    "changes": "Since the last scan",
    "findings": "Findings",
    "by_regime": "By rule",
    "unsettled": "Not determined, and why",
    "unidentified": "Unidentified",
    "others": "Other devices",
    "clear": "No listed producer identified",
    "outside": "Not video equipment",
    "plan": "Replacement plan",
    "signature": "Review by a person",
    "annex": "Annex",
    "annex_devices": "Every device",
    "annex_coverage": "Coverage",
    "annex_law": "The rules that were asked",
    "annex_rules": "Evidence rules and their sources",
    "law_limits": "What it does not say",
    "finding": "Finding",
    "applies_to": "Applies to",
    "verdicts": "Verdicts of this device",
    "evidence": "What the device shows, and what follows",
    "notes": "Configuration, apart from compliance",
    "asked": "What was asked, and how it ended",
    "rule": "rule",
}

SUBJECT: Final = "Who made the cameras and recorders of this network, with evidence and law"
KEYWORDS: Final = ("camera", "recorder", "manufacturer", "supply chain", "audit")
NONE: Final = "none"

# Cover
COVER: Final = {
    "site": "Site",
    "scope": "Scope",
    "exclude": "Excluded",
    "when": "Scanned",
    "complete": "Complete",
    "policy": "Policy",
    "profile": "Profile",
    "as_of": "Law as of",
    "database": "Database",
    "tool": "Tool",
    "id": "Scan id",
    "redacted": "Redacted",
}
COMPLETE_YES: Final = "yes: every address of the scope is accounted for in annex B"
COMPLETE_NO: Final = "no: see below and annex B"
TOOL_ENGINE: Final = "{tool}, engine {engine}, PDF by typst"
INCOMPLETE_UNKNOWN: Final = "No reason was recorded; see annex B."

# Summary
LEAD_MEANS: Final = (
    "A finding says that the signs point to a maker that a rule names. Whether the rule concerns"
    " you depends on who you are and what the device is for: a scan cannot see that. The citations"
    " stand with each finding, the rules in annex C."
)
OUTCOMES_ALT: Final = "Bar chart of {n} {devices} by outcome: {parts}."
MAKERS_ALT: Final = "Bar chart of devices by maker: {parts}."
GLANCE_MORE: Final = "{n} further findings stand under Findings and after."
MISSED_ADDRESSES: Final = "{n} {devices} answered and could not be assessed: {which}."
MISSED_RANGES: Final = "{word}: {ranges}."
MISSED_METHODS: Final = "Ways of looking that did not work or only in part: {methods}."
MISSED_BASELINE: Final = "{n} {devices} of the baseline did not answer this time."
MISSED_CHIPS: Final = "Chips inside a device cannot be assessed from the network."
MISSED_NONE: Final = (
    "Every address that answered was assessed. What did not answer was not: annex B lists it."
)

# Method and limits
METHOD: Final = (
    (
        "How devices were found and asked",
        (
            (
                "The network was searched in the ways listed in annex B, and each device that answered"
                " was asked over the protocols it speaks. What came back was stored as observations;"
                " every sentence of this report leads back to one of them."
            ),
            (
                "{packets} packets, {connections} connections and {requests} requests were sent. No"
                " password, user name or change was sent unless credentials were given."
            ),
        ),
    ),
    (
        "How a maker is concluded",
        (
            (
                "Brand, maker, firmware and chip are four different claims. A label is what is printed"
                " on a device; the maker is who built it. A rule of the database (version {db}) matches"
                " an observation and says what it is a sign of, and how strong a sign. Annex D lists"
                " the rules that were met here, with their sources."
            ),
            (
                "Grades come from independent witnesses and are never percentages. Confirmed: a strong"
                " sign from two independent channels. Probable: a strong sign from one channel, or"
                " supporting signs from two. Possible: less, or labels only."
            ),
        ),
    ),
    (
        "How the law was applied",
        (
            (
                "Each device recognised as video equipment, or showing a sign of it, was judged under"
                " every rule of policy {policy}, with the law as of {as_of}. The outcome is one of:"
                " covered (a rule names the maker that the signs point to), exempt (named, and excused"
                " by an exemption on file), no listed producer identified, and not determined."
            ),
        ),
    ),
    (
        "How text is shown",
        (
            (
                "What a device said is shown as it came, in a fixed-width font, cut where it is long."
                " Control and invisible characters are shown as dots; characters for which this"
                " document has no letter are shown by their code point, as in [U+6444]. The scan"
                " document holds them in full."
            ),
        ),
    ),
)

# Changes
CHANGES_INTRO: Final = "Compared with scan {id} of {started} (law of {as_of}, database {db})."
CHANGES_OLD_INCOMPLETE: Final = "The earlier scan was incomplete."
CHANGES_COLUMNS: Final = ("Address", "Device", "Was", "Is", "Remark")
CHANGES: Final = {
    "verdict": "Other verdicts",
    "appeared": "New devices",
    "absent": "Not seen this time",
    "moved": "Other addresses",
    "reattributed": "Other attributions",
    "firmware": "Other firmware",
    "law": "Changes of the law data",
}

# Findings
FINDINGS_INTRO: Final = (
    "Devices to which the same sentences apply are taken together as one finding; each device"
    " follows with its own evidence."
)
FLAGGED_NONE: Final = "No device is covered or exempt under the rules of this policy."
UNSETTLED_INTRO: Final = (
    "A rule may reach these devices; what they show does not decide it. None of them may be read as"
    " clear."
)
UNSETTLED_NONE: Final = "None."
UNIDENTIFIED_INTRO: Final = (
    "They answered, but nothing tells what they are, so no rule was asked. That is not a clearance."
)
CLEAR_INTRO: Final = (
    "The maker was identified and no rule of the policy names it. This speaks of the policy above,"
    " on its date, within the coverage shown; it is not a certificate."
)
OUTSIDE_INTRO: Final = (
    "Recognised as something other than video equipment, and not judged: {n} {devices}. Annex A"
    " lists them."
)
REGIME_COLUMNS: Final = (
    "Rule",
    "Nature of a hit",
    "Covered",
    "Exempt",
    "Not determined",
    "None listed",
)
CLEAR_COLUMNS: Final = ("No.", "Address", "Device", "Made by", "Strongest sign")
UNIDENTIFIED_COLUMNS: Final = ("No.", "Address", "Hardware address", "What it showed")
VERDICT: Final = {
    "listing": "Listed as",
    "citation": "Citation",
    "effective": "Reaches it from",
    "applies": "Concerns you",
    "exemption": "Exemption",
    "reasons": "Because",
    "class": "Nature of a hit",
    "fresh": "Text read as of",
    "source": "Source",
}
VERDICT_CITED: Final = " ({citation}; from {day})"
VERDICT_CITED_UNDATED: Final = " ({citation})"

SHORT_INTRO: Final = (
    "This report shows {most} devices in full. {n} more {devices} of this finding stand here in"
    " short, with the strongest sign; the scan document and the HTML report hold their whole chain."
)

# A device
IDENTITY: Final = {
    "kind": "Kind",
    "mac": "Hardware address",
    "hostname": "Host name",
    "serial": "Serial",
    "firmware": "Firmware",
    "built": "Built",
    "oem": "OEM customer",
    "addresses": "Addresses",
    "id": "Asset id",
    "behind": "Behind",
    "children": "Devices behind it",
}
KIND_UNKNOWN: Final = "not recognised"
AT_LEAST: Final = "at least {n}: {which}"
CLAIM_LINE: Final = "{claim}: {grade}; {witnesses}"
SIGN: Final = "{strength}: {what}{where}"
AT: Final = "at {place}"
INSIDE: Final = "(inside {via})"
VALUE: Final = ("{sign}: “", "”")
NO_SIGN: Final = "none on record"
ATTEMPT: Final = "{probe} {endpoint}: {ending}"

# Annexes
DEVICE_COLUMNS: Final = ("No.", "Address", "Device", "Made by", "Outcome", "Rules met")
COUNTS: Final = {
    "scope": "In scope",
    "answered": "Answered",
    "assessed": "Assessed",
    "missed": "Answered, not assessed",
}
NOT_ASSESSED_COLUMNS: Final = ("Address", "Why")
LEDGER_COLUMNS: Final = ("What became of it", "Addresses")
LEDGER_HERE: Final = "this machine"
METHOD_COLUMNS: Final = ("Method", "Interface", "State", "Found", "Why")
FOREIGN_COLUMNS: Final = ("Address", "Hardware address", "What it announced")
SENT_COLUMNS: Final = ("Question", "Messages")
LAW: Final = {
    "id": "Id",
    "class": "Nature of a hit",
    "concerns": "Concerns",
    "action": "What a user may do",
    "status": "Status",
    "citation": "Citation",
    "authority": "Authority",
    "jurisdiction": "Jurisdiction",
    "fresh": "Text read as of",
    "source": "Source",
}
LAW_STALE: Final = "{date} (due for review)"
RULES_INTRO: Final = (
    "Each sign in this report was matched by a rule of database {version} ({digest}), which holds"
    " its pattern, its examples and the addresses of its sources."
)
RULES_NONE: Final = "No rule was met."
RULE_COLUMNS: Final = ("No.", "Rule", "Sources")

# Plan
PLAN_NONE: Final = "No device stands in the plan."
PLAN_INCOMPLETE: Final = "The scan was incomplete: the plan speaks of the devices seen, only."
PLAN_DUTIES: Final = "What the rules that were met ask"

# Signature
SIGN_TEXT: Final = (
    "Findings are signs that a person has to confirm before anyone relies on them. By signing, the"
    " reviewer confirms having read this report; the signature turns no finding into a legal"
    " conclusion."
)
SIGN_FIELDS: Final = ("Name", "Role", "Organisation", "Date", "Signature")

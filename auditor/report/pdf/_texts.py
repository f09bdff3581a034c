"""Every sentence of the PDF report: a translation replaces this module, ``words`` and ``sentences``.

Words for findings follow ``docs/explanation/what-a-verdict-means.md``; nothing here may say more
than the law supports.
"""

from typing import Final

from auditor.report.words import NOT_LEGAL_ADVICE

LANGUAGE: Final = "en"

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

TITLE: Final = "Camera origin audit: {name}"
SUBJECT: Final = "Who made the cameras and recorders of this network, with evidence and law"
KEYWORDS: Final = ("camera", "recorder", "manufacturer", "supply chain", "audit")
UNNAMED_SITE: Final = "Network {scope}"
BETWEEN: Final = ", "
NONE: Final = "none"
AND_MORE: Final = "and {n} more, in the scan document"
TO: Final = "{start} to {finish}"
SAME_DAY: Final = "{day}, {start} to {finish} UTC"
UTC: Final = "{day} {time} UTC"
DEVICE: Final = "device"
DEVICES: Final = "devices"

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
PROFILE_NONE: Final = "not given: each rule says whom it concerns"
TOOL_ENGINE: Final = "{tool}, engine {engine}, PDF by typst"
INCOMPLETE_TEXT: Final = (
    "This scan did not assess its whole scope. It supports statements about the devices listed"
    " here and none about the rest."
)
INCOMPLETE_UNKNOWN: Final = "No reason was recorded; see annex B."

# Summary
LEAD_COVERED: Final = (
    "{covered} of {assets} {devices} show signs of production by a maker that a rule of this"
    " policy names."
)
LEAD_NONE: Final = "No listed producer was identified among the {assets} {devices} that answered."
LEAD_EMPTY: Final = "No device answered."
LEAD_EMPTY_MORE: Final = (
    "This says nothing about devices that were switched off, elsewhere, or shielded from the scan."
)
LEAD_UNSETTLED: Final = (
    "{n} more {devices} could not be settled (not determined or unidentified) and must not be read"
    " as clear."
)
LEAD_EXEMPT: Final = "{n} more {devices} are named and excused by an exemption that is on file."
LEAD_ASSESSED: Final = "Of {scope} in scope, {answered} answered and {assessed} could be assessed."
LEAD_MEANS: Final = (
    "A finding says that the signs point to a maker that a rule names. Whether the rule concerns"
    " you depends on who you are and what the device is for: a scan cannot see that. The citations"
    " stand with each finding, the rules in annex C."
)
SCOPE_COUNT: Final = "{n} addresses"
SCOPE_WIDE: Final = "a range too wide to count"
STALE_TEXT: Final = "The transcription of these rules is past its review date: {ids}."
MAKER_UNKNOWN: Final = "not identified"
OTHER_MAKERS: Final = "{n} other makers"
OUTCOMES_ALT: Final = "Bar chart of {n} {devices} by outcome: {parts}."
MAKERS_ALT: Final = "Bar chart of devices by maker: {parts}."
MAKERS_NOTE: Final = "Equipment recognised as something other than video is left out."
GLANCE_COLUMNS: Final = ("Finding", "The signs point to", "Outcome", "Devices", "Under")
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
LIMITS_TITLE: Final = "What this report does not say"

# Changes
CHANGES_INTRO: Final = "Compared with scan {id} of {started} (law of {as_of}, database {db})."
CHANGES_NONE: Final = "Nothing changed."
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
FINDINGS_NONE: Final = "No device was judged: none was recognised as video equipment."
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
FINDING_MAKER: Final = "{maker} ({grade})"
FINDING_NO_MAKER: Final = "maker not identified"
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
APPLIES: Final = {
    True: "yes, the profile given is one that it concerns",
    False: "no, the profile given is not one that it concerns",
}
APPLIES_UNKNOWN: Final = "not known: no profile was given"
APPLIES_ONLY_IF: Final = "only if you are: {who}"

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
WITNESSES: Final = "independent witnesses: {channels}"
ONE_WITNESS: Final = "one witness: {channels}"
SIGNS_FOR: Final = "Signs for “{claims}”"
SIGNS_AGAINST: Final = "Signs against “{claims}”"
SIGNS_BOTH: Final = "Signs for “{claims}”, against “{others}”"
CLAIMS_AND: Final = "” and “"
SIGN: Final = "{strength}: {what}{where}"
AT: Final = "at {place}"
INSIDE: Final = "(inside {via})"
VALUE: Final = ("{sign}: “", "”")
NO_MAKER: Final = "Nothing that was observed names its maker."
NO_SIGN: Final = "none on record"
ATTEMPT: Final = "{probe} {endpoint}: {ending}"
ATTEMPTS_NONE: Final = "Nothing: it answered discovery only."

# Annexes
DEVICE_COLUMNS: Final = ("No.", "Address", "Device", "Made by", "Outcome", "Rules met")
COUNTS: Final = {
    "scope": "In scope",
    "answered": "Answered",
    "assessed": "Assessed",
    "missed": "Answered, not assessed",
}
NOT_ASSESSED_TITLE: Final = "Answered and could not be assessed"
NOT_ASSESSED_NONE: Final = "Every address that answered was assessed."
NOT_ASSESSED_COLUMNS: Final = ("Address", "Why")
LEDGER_TITLE: Final = "Every address of the scope"
LEDGER_COLUMNS: Final = ("What became of it", "Addresses")
LEDGER_HERE: Final = "this machine"
METHODS_TITLE: Final = "How devices were looked for"
METHOD_COLUMNS: Final = ("Method", "Interface", "State", "Found", "Why")
REMARKS_TITLE: Final = "Remarks of the scan"
BASELINE_TITLE: Final = "In the baseline and missing now"
FOREIGN_TITLE: Final = "Answered from outside the scope"
FOREIGN_INTRO: Final = "They were neither contacted nor judged."
FOREIGN_COLUMNS: Final = ("Address", "Hardware address", "What it announced")
SENT_TITLE: Final = "What was sent"
SENT_COLUMNS: Final = ("Question", "Messages")
LAW_NONE: Final = "No rule was asked."
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
LAW_CONCERNS_ALL: Final = "see the text: no profile is tied to it"
LAW_STALE: Final = "{date} (due for review)"
RULES_INTRO: Final = (
    "Each sign in this report was matched by a rule of database {version} ({digest}), which holds"
    " its pattern, its examples and the addresses of its sources."
)
RULES_NONE: Final = "No rule was met."
RULE_COLUMNS: Final = ("No.", "Rule", "Sources")

# Plan
PLAN_COLUMNS: Final = ("No.", "Step", "Device", "Made by", "Why")
PLAN_COLUMNS_COST: Final = (*PLAN_COLUMNS, "Unit cost")
PLAN_STEPS_COLUMNS: Final = ("Step", "Devices", "What puts a device there")
PLAN_TOTALS_COLUMNS: Final = ("Step", "Devices", "Sum")
PLAN_ALL_STEPS: Final = "all but “find out first”"
PLAN_NONE: Final = "No device stands in the plan."
PLAN_UNPRICED: Final = "{n} {devices} fit no row of the price list and are in no sum."
PLAN_EXEMPT: Final = "{n} {devices} are left out because an exemption on file excuses them."
PLAN_INCOMPLETE: Final = "The scan was incomplete: the plan speaks of the devices seen, only."
PLAN_DUTIES: Final = "What the rules that were met ask"

# Signature
SIGN_TEXT: Final = (
    "Findings are signs that a person has to confirm before anyone relies on them. By signing, the"
    " reviewer confirms having read this report; the signature turns no finding into a legal"
    " conclusion."
)
SIGN_FIELDS: Final = ("Name", "Role", "Organisation", "Date", "Signature")


def devices(count: int) -> str:
    """The noun for a number of devices."""
    return DEVICE if count == 1 else DEVICES


def number(count: int) -> str:
    """A number as people write it."""
    return f"{count:,}"

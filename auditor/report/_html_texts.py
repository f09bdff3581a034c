"""Every sentence of the HTML report: a translation replaces this module and ``_html_words``.

Words for findings follow ``docs/explanation/what-a-verdict-means.md``; nothing here may say more
than the law supports.
"""

from typing import Final

from auditor.report.words import NOT_LEGAL_ADVICE

LANGUAGE: Final = "en"

# Page
PRODUCT: Final = "Camera origin audit"
TITLE: Final = "Camera origin audit: {name}"
SKIP: Final = "Skip to the devices"
CONTENTS: Final = "Contents"
NAV_SUMMARY: Final = "Summary"
NAV_DEVICES: Final = "Devices"
NAV_FINDINGS: Final = "Findings in full"
NAV_COVERAGE: Final = "Coverage"
NAV_LAW: Final = "The rules"
NAV_LIMITS: Final = "What this report does not say"
NAV_EVIDENCE: Final = "Evidence rules"
FOOTER: Final = "Made from scan {id} by {tool}. This page loads nothing and sends nothing."
BETWEEN: Final = ", "
DOT: Final = " · "
NONE: Final = "none"
AND_MORE: Final = "and {n} more, in the scan document"
TO: Final = "{start} to {finish}"
SAME_DAY: Final = "{day}, {start} to {finish} UTC"
UTC: Final = "{day} {time} UTC"
UNNAMED_SITE: Final = "Network {scope}"

# Header
META_SITE: Final = "Site"
META_SCOPE: Final = "Scope"
META_EXCLUDED: Final = "Excluded"
META_WHEN: Final = "Scanned"
META_POLICY: Final = "Policy"
META_PROFILE: Final = "Profile"
META_PROFILE_NONE: Final = "not given: each rule says whom it concerns"
META_AS_OF: Final = "Law as of"
META_DATABASE: Final = "Database"
META_TOOL: Final = "Tool"
META_TOOL_ENGINE: Final = "{tool}, engine {engine}"
META_ID: Final = "Scan id"

# Summary
INCOMPLETE_TITLE: Final = "Incomplete scan"
INCOMPLETE_TEXT: Final = (
    "This scan did not assess its whole scope. It supports statements about the devices listed"
    " here and none about the rest."
)
INCOMPLETE_UNKNOWN: Final = "No reason was recorded; see the coverage section."
STALE_TITLE: Final = "Rules due for review"
STALE_TEXT: Final = "The transcription of these rules is past its review date: {ids}."
SUMMARY_TITLE: Final = "Summary"
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
LEAD_MISSING: Final = (
    "{n} {devices} of the baseline did not answer this time; the coverage section names them."
)
LEAD_MISSED: Final = (
    "{n} {devices} answered and could not be assessed; the coverage section says why."
)
LEAD_SETTLED: Final = "Every other device that answered could be settled."
LEAD_ASSESSED: Final = "Of {scope} in scope, {answered} answered and {assessed} could be assessed."
SCOPE_COUNT: Final = "{n} addresses"
SCOPE_WIDE: Final = "a range too wide to count"
DEVICE: Final = "device"
DEVICES: Final = "devices"
CHART_OUTCOMES: Final = "Devices by outcome"
CHART_MAKERS: Final = "Devices by maker"
CHART_MAKERS_NOTE: Final = "Equipment recognised as something other than video is left out."
CHART_COLUMN_COUNT: Final = "Devices"
CHART_COLUMN_SHARE: Final = "Share"
CHART_COLUMN_OUTCOME: Final = "Outcome"
CHART_COLUMN_MAKER: Final = "Maker"
CHART_OTHERS: Final = "{n} other makers"
MAKER_UNKNOWN: Final = "not identified"

# Findings
GLANCE_TITLE: Final = "Findings at a glance"
GLANCE_COLUMNS: Final = ("Finding", "The signs point to", "Outcome", "Devices", "Under")
FINDINGS_TITLE: Final = "Findings in full"
FINDINGS_INTRO: Final = (
    "Devices to which the same sentences apply are taken together. Each device above refers to its"
    " finding."
)
FINDINGS_NONE: Final = "No device was judged: none was recognised as video equipment."
FINDING: Final = "Finding {n}"
FINDING_MAKER: Final = "{maker} ({grade})"
FINDING_NO_MAKER: Final = "maker not identified"
FINDING_DEVICES: Final = "Applies to {n} {devices}:"
VERDICT_LISTING: Final = "Listed as"
VERDICT_CITATION: Final = "Citation"
VERDICT_EFFECTIVE: Final = "Reaches it from"
VERDICT_APPLIES: Final = "Concerns you"
VERDICT_EXEMPTION: Final = "Exemption"
VERDICT_REASONS: Final = "Because"
VERDICT_FRESH: Final = "Text read as of"
VERDICT_SOURCE: Final = "Source"
APPLIES: Final = {
    True: "yes, the profile given is one that it concerns",
    False: "no, the profile given is not one that it concerns",
}
APPLIES_UNKNOWN: Final = "not known: no profile was given"
APPLIES_UNKNOWN_IF: Final = "only if you are: {who}"

# Devices
DEVICES_TITLE: Final = "Devices"
DEVICES_INTRO: Final = (
    "Those that need attention come first. Label, maker and firmware are different claims: a"
    " label is what is printed on a device, the maker is who built it."
)
DEVICES_NONE: Final = "No device answered."
COLUMN_OUTCOME: Final = "Outcome"
COLUMN_ADDRESS: Final = "Address"
COLUMN_DEVICE: Final = "Label and model"
COLUMN_MAKER: Final = "Made by"
COLUMN_IDENTITY: Final = "Serial, firmware, built"
CAPTION: Final = "Every device that answered, with its evidence"
LINK_TO: Final = "Link to {name}"
BEHIND: Final = "behind {name}"
SUMMARY_DETAILS: Final = "Evidence and verdicts"
SUMMARY_PLAIN: Final = "What it showed"
OF_DEVICE: Final = " of {name}"
MAKER_GRADE: Final = "maker, {grade}"
IDENTITY: Final = "{word} {value}"
LABEL_SERIAL: Final = "Serial"
LABEL_FIRMWARE: Final = "Firmware"
LABEL_BUILT: Final = "Built"
LABEL_OEM: Final = "OEM customer"
LABEL_HOSTNAME: Final = "Host name"
LABEL_ADDRESSES: Final = "Addresses"
LABEL_ID: Final = "Asset id"
LABEL_CHILDREN: Final = "Devices behind it"
EVIDENCE_TITLE: Final = "What the device shows, and what follows"
CLAIM_GRADE: Final = "{claim}: {grade}"
CLAIM_WITNESSES: Final = "independent witnesses: {channels}"
CLAIM_ONE_WITNESS: Final = "one witness: {channels}"
EVIDENCE_FOR: Final = "Signs for “{claims}”"
EVIDENCE_AGAINST: Final = "Signs against “{claims}”"
EVIDENCE_BOTH: Final = "Signs for “{claims}”, against “{others}”"
CLAIMS_AND: Final = "” and “"
INSIDE: Final = "inside {via}"
ALSO_INSIDE: Final = "also inside {via}"
AT: Final = "at {places}"
NO_MAKER: Final = "Nothing that was observed names its maker."
NO_VERDICT: Final = "Not recognised as video equipment: no rule was asked."
NO_VERDICT_UNIDENTIFIED: Final = (
    "Nothing tells what it is, so no rule was asked. That is not a clearance."
)
VERDICTS_TITLE: Final = "Verdicts"
VERDICTS_UNDER: Final = " under {regimes}"
VERDICTS_SEE: Final = "{finding} has the sentences and citations."
NOTES_TITLE: Final = "Configuration, apart from compliance"
ATTEMPTS_TITLE: Final = "What was asked, and how it ended"
ATTEMPTS_NONE: Final = "Nothing: it answered discovery only."
ATTEMPT: Final = "{probe} {endpoint}"
ATTEMPT_MS: Final = "{attempt} ({ms} ms)"

# Controls (shown only where scripts run)
FILTER_TEXT: Final = "Filter devices"
FILTER_TEXT_HINT: Final = "address, model, maker, evidence…"
FILTER_OUTCOME: Final = "Outcome"
FILTER_MAKER: Final = "Maker"
FILTER_ALL: Final = "all"
OPEN_ALL: Final = "Open all"
CLOSE_ALL: Final = "Close all"
CLEAR: Final = "Clear filters"
SHOWN: Final = "{shown} of {total} devices shown"
COPIED: Final = "Link copied"
SORT_BY: Final = "Sort by {column}"

# Coverage
COVERAGE_TITLE: Final = "What was and was not assessed"
COVERAGE_COUNTS: Final = "In scope"
COVERAGE_ANSWERED: Final = "Answered"
COVERAGE_ASSESSED: Final = "Assessed"
COVERAGE_MISSED: Final = "Answered, not assessed"
NOT_ASSESSED_TITLE: Final = "Answered and could not be assessed"
NOT_ASSESSED_NONE: Final = "Every address that answered was assessed."
COLUMN_WHY: Final = "Why"
COLUMN_RANGES: Final = "Addresses"
COLUMN_STATE: Final = "State"
COLUMN_METHOD: Final = "Method"
COLUMN_INTERFACE: Final = "Interface"
COLUMN_FOUND: Final = "Found"
COLUMN_MAC: Final = "MAC"
COLUMN_SIGNALS: Final = "What it announced"
LEDGER_TITLE: Final = "Every address of the scope"
METHODS_TITLE: Final = "How devices were looked for"
REMARKS_TITLE: Final = "Remarks of the scan"
BASELINE_TITLE: Final = "In the baseline and missing now"
FOREIGN_TITLE: Final = "Answered from outside the scope"
FOREIGN_INTRO: Final = "They were neither contacted nor judged."
SENT_TITLE: Final = "What was sent"
SENT_BY: Final = "Messages by question: {counts}."
SENT_TEXT: Final = (
    "{packets} packets, {connections} connections, {requests} requests. No password, user name or"
    " change was sent unless credentials were given."
)

# Law
LAW_TITLE: Final = "The rules that were asked"
LAW_NONE: Final = "No rule was asked."
LAW_LIMITS: Final = "What it does not say"
LAW_CITATION: Final = "Citation"
LAW_AUTHORITY: Final = "Authority"
LAW_JURISDICTION: Final = "Jurisdiction"
LAW_ACTION: Final = "What a user may do"
LAW_STATUS: Final = "Status"
LAW_CONCERNS: Final = "Concerns"
LAW_CONCERNS_ALL: Final = "see the text: no profile is tied to it"
LAW_CLASS: Final = "Nature of a hit"
LAW_FRESH: Final = "Text read as of"
LAW_SOURCE: Final = "Source"
LAW_STALE: Final = "due for review"

# Limits
LIMITS_TITLE: Final = "What this report does not say"
LIMITS: Final = (
    NOT_LEGAL_ADVICE,
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
REVIEW_TITLE: Final = "Review by a person"
REVIEW_TEXT: Final = "Findings are signs that a person has to confirm before anyone relies on them."
REVIEW_FIELDS: Final = ("Reviewed by", "Organisation", "Date", "Signature")

# Evidence rules
RULES_TITLE: Final = "Evidence rules and their sources"
RULES_INTRO: Final = (
    "Each sign above was matched by a rule of database {version}, which holds its pattern, its"
    " examples and the addresses of its sources."
)
COLUMN_NUMBER: Final = "No."
COLUMN_RULE: Final = "Rule"
COLUMN_SOURCES: Final = "Sources"


def devices(count: int) -> str:
    """The noun for a number of devices."""
    return DEVICE if count == 1 else DEVICES


def number(count: int) -> str:
    """A number as people write it."""
    return f"{count:,}"

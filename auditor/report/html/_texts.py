"""Every sentence of the HTML report: a translation replaces this module and ``_words``.

Words for findings follow ``docs/explanation/what-a-verdict-means.md``; nothing here may say more
than the law supports.
"""

from typing import Final

from auditor.report import phrases
from auditor.report.sentences import LIMITS as _LIMITS
from auditor.report.words import NOT_LEGAL_ADVICE

# Page
PRODUCT: Final = "Camera origin audit"
SKIP: Final = "Skip to the devices"
CONTENTS: Final = "Contents"
NAV_SUMMARY: Final = "Summary"
NAV_DEVICES: Final = "Devices"
NAV_FINDINGS: Final = "Findings in full"
NAV_PLAN: Final = "Replacement plan"
NAV_COVERAGE: Final = "Coverage"
NAV_LAW: Final = "The rules"
NAV_LIMITS: Final = "What this report does not say"
FOOTER: Final = "Made from scan {id} by {tool}. This page loads nothing and sends nothing."

# Header
META_SCOPE: Final = "Scope"
META_EXCLUDED: Final = "Excluded"
META_WHEN: Final = "Scanned"
META_POLICY: Final = "Policy"
META_PROFILE: Final = "Profile"
META_AS_OF: Final = "Law as of"
META_DATABASE: Final = "Database"
META_TOOL: Final = "Tool"
META_TOOL_ENGINE: Final = "{tool}, engine {engine}"
META_ID: Final = "Scan id"
META_REDACTED: Final = "Taken out for sharing"

# Summary
INCOMPLETE_TITLE: Final = "Incomplete scan"
INCOMPLETE_UNKNOWN: Final = "No reason was recorded; see the coverage section."
STALE_TITLE: Final = "Rules due for review"
SUMMARY_TITLE: Final = "Summary"
LEAD_MISSING: Final = (
    "{n} {devices} of the baseline did not answer this time; the coverage section names them."
)
LEAD_MISSED: Final = (
    "{n} {devices} answered and could not be assessed; the coverage section says why."
)
LEAD_SETTLED: Final = "Every other device that answered could be settled."
CHART_OUTCOMES: Final = "Devices by outcome"
CHART_MAKERS: Final = "Devices by maker"
CHART_RULES: Final = "Devices by rule that reaches them"
CHART_COLUMN_RULE: Final = "Rule"
CHART_RULES_NOTE: Final = "A device counts under every rule that reaches it or may reach it."
CHART_BUILT: Final = "Devices by year of production"
CHART_COLUMN_YEAR: Final = "Year"
CHART_BUILT_UNKNOWN: Final = "year not known"
CHART_BUILT_NOTE: Final = "Read from serial numbers, where a maker's serials tell it."
CHART_BUILT_EARLIER: Final = "{year} and earlier"
CHART_COLUMN_COUNT: Final = "Devices"
CHART_COLUMN_SHARE: Final = "Share"
CHART_COLUMN_OUTCOME: Final = "Outcome"
CHART_COLUMN_MAKER: Final = "Maker"

# Findings
GLANCE_TITLE: Final = "Findings at a glance"
FINDINGS_TITLE: Final = "Findings in full"
FINDINGS_INTRO: Final = (
    "Devices to which the same sentences apply are taken together. Each device above refers to its"
    " finding."
)
FINDING: Final = "Finding {n}"
FINDING_DEVICES: Final = "Applies to {n} {devices}:"
VERDICT_LISTING: Final = "Listed as"
VERDICT_CITATION: Final = "Citation"
VERDICT_EFFECTIVE: Final = "Reaches it from"
VERDICT_APPLIES: Final = "Concerns you"
VERDICT_EXEMPTION: Final = "Exemption"
VERDICT_REASONS: Final = "Because"
VERDICT_FRESH: Final = "Text read as of"
VERDICT_SOURCE: Final = "Source"

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
EVIDENCE_TITLE: Final = "Every sign, for and against"
CHAIN_TITLE: Final = "From the wire to the law"
CHAIN_GIVEN: Final = "On record"
CHAIN_ASKED: Final = "Asked by {probe} at {place}"
CHAIN_HEARD: Final = "Heard by {probe}"
CHAIN_WHEN: Final = " on {day} at {time} UTC"
CHAIN_DAY: Final = " on {day}"
CHAIN_SHOWED: Final = ", it showed its {what}:"
CHAIN_INSIDE: Final = ", it showed its {what}, inside the {via}:"
CHAIN_READ: Final = "Rule {rule} reads this as a {strength} for “{claim}”."
CHAIN_WITNESSES: Final = "Signs from {n} independent witnesses ({channels}) speak for"
CHAIN_ONE_WITNESS: Final = "Signs from one witness ({channels}) speak for"
CHAIN_CLAIM: Final = "“{claim}”: "
CHAIN_AGAINST: Final = " Signs that speak against it: {n}."
CHAIN_THE_MAKER: Final = "The maker"
CHAIN_NAMED: Final = "{who} is named in "
CHAIN_AFFILIATE: Final = "{who} is an affiliate of a company named in "
CHAIN_LISTING: Final = " as “{listing}” ({citation})"
CHAIN_SINCE: Final = ", which reaches the device from {date}"
CHAIN_EXEMPT: Final = " Excused by {exemption}."
CHAIN_OPEN: Final = ", because {reasons}"
CHAIN_OPEN_FROM: Final = " ({date})"
CHAIN_CLEAR: Final = "No listed producer identified under "
SEEN_FIRST_LAST: Final = "first {first}, last {last}"
LABEL_SEEN: Final = "In the history"
LABEL_CHANGED: Final = "Since last scan"
INSIDE: Final = "inside {via}"
ALSO_INSIDE: Final = "also inside {via}"
AT: Final = "at {places}"
NO_VERDICT: Final = "Not recognised as video equipment: no rule was asked."
NO_VERDICT_UNIDENTIFIED: Final = (
    "Nothing tells what it is, so no rule was asked. That is not a clearance."
)
VERDICTS_SEE: Final = "{finding} has the full sentences, whom they concern, and the sources."
NOTES_TITLE: Final = "Configuration, apart from compliance"
ATTEMPTS_TITLE: Final = "What was asked, and how it ended"
ATTEMPT: Final = "{probe} {endpoint}"
ATTEMPT_MS: Final = " ({ms} ms)"
ATTEMPT_DETAIL: Final = "{attempt} ({detail})"

# Controls (shown only where scripts run)
CONTROLS: Final = "Find devices"
FILTER_TEXT: Final = "Filter devices"
FILTER_TEXT_HINT: Final = "address, model, maker, evidence…"
FILTER_OUTCOME: Final = "Outcome"
FILTER_MAKER: Final = "Made by"
FILTER_RULE: Final = "Reached by rule"
FILTER_NETWORK: Final = "Site network"
FILTER_CHANGE: Final = "Since last scan"
FILTER_ALL: Final = "all"
FACET_REST: Final = "others"
NETWORK_UNKNOWN: Final = "no address"
GROUP: Final = "Group by"
GROUPS: Final = {
    "": "no groups",
    "outcome": "outcome",
    "maker": "maker",
    "rule": "rules that reach it",
    "network": "site network",
    "change": "change since last scan",
}
SORT: Final = "Order"
SORTS: Final = {
    "": "attention first",
    "1": "address",
    "2": "label and model",
    "3": "maker",
    "4": "serial, firmware, built",
}
OPEN_ALL: Final = "Open all"
CLOSE_ALL: Final = "Close all"
CLEAR: Final = "Clear filters"
PAGER: Final = "Pages of the list"
PAGER_BACK: Final = "Previous page"
PAGER_NEXT: Final = "Next page"
SCRIPT: Final = {
    "shown": "{shown} of {total} devices shown",
    "some": "{shown} of {total} devices match; {from} to {to} are on this page",
    "copied": "Link copied",
    "sortBy": "Sort by {column}",
    "where": "Page {page} of {pages}",
    "fold": SUMMARY_DETAILS,
    "of": OF_DEVICE,
    "group": "{name} ({count})",
    "noRule": "no rule reaches it",
    "noChange": "unchanged",
    "between": phrases.BETWEEN,
    "all": FILTER_ALL,
}
LONG: Final = (
    "This report holds {n} devices and shows {page} at a time; filters and search go over all of"
    " them, the browser's own search only over the page shown. Printing takes every device that the"
    " filters leave, with its evidence if they are at most {most}, else as a table."
)
LONG_PRINT: Final = (
    "More than {most} devices: this print holds their table without the evidence. The PDF report"
    " and the scan document hold it; so does a print of fewer devices, chosen by the filters."
)
LONG_NO_SCRIPT: Final = (
    "This report holds {n} devices. Without scripts it shows all of them in a table, and every"
    " finding with its law below, but not the evidence of each device, nor filters and groups. The"
    " PDF report and the scan document of the same scan hold the evidence."
)

# Coverage
COVERAGE_TITLE: Final = "What was and was not assessed"
COVERAGE_COUNTS: Final = "In scope"
COVERAGE_ANSWERED: Final = "Answered"
COVERAGE_ASSESSED: Final = "Assessed"
COVERAGE_MISSED: Final = "Answered, not assessed"
COLUMN_WHY: Final = "Why"
COLUMN_RANGES: Final = "Addresses"
COLUMN_STATE: Final = "State"
COLUMN_METHOD: Final = "Method"
COLUMN_INTERFACE: Final = "Interface"
COLUMN_FOUND: Final = "Found"
COLUMN_MAC: Final = "MAC"
COLUMN_SIGNALS: Final = "What it announced"
SENT_BY: Final = "Messages by question: {counts}."
SENT_TEXT: Final = (
    "{packets} packets, {connections} connections, {requests} requests. No password, user name or"
    " change was sent unless credentials were given."
)

# Since last scan
NAV_CHANGES: Final = "Since last scan"
CHANGES_TITLE: Final = "Since last scan"
CHANGES_INTRO: Final = "Compared with the scan of {when} ({id}), {db}, law as of {as_of}."
CHANGES_DB: Final = "database {version}"
CHANGES_INCOMPLETE: Final = (
    "One of the two scans is incomplete: a device that is absent here may only have been missed."
)
CHANGES_CHART: Final = "Changes by kind"
CHANGES_COLUMN: Final = "Change"
CHANGE_KINDS: Final = {
    "appeared": "appeared",
    "absent": "absent now",
    "moved": "moved to another address",
    "reattributed": "maker judged differently",
    "firmware": "other firmware",
    "verdict": "other verdict",
    "law": "other verdict because the law changed",
}
CHANGE_HEADING: Final = "{kind} ({n})"
CHANGE_COLUMNS: Final = ("Device", "Address", "Was", "Now", "Under", "Because")
NO_VALUE: Final = "–"

# Replacement plan
PLAN_TITLE: Final = "Replacement plan"
PLAN_INTRO: Final = "A proposal of what to look at first, made from what the scan saw."
PLAN_COSTS: Final = "Costs by the price list given"
PLAN_DEVICES: Final = "The {n} {devices} of the plan, in order"
PLAN_MORE: Final = "and {n} more; the spreadsheet (XLSX) holds the whole plan"
PLAN_DUTIES: Final = "What the rules that were met ask, and of whom"
PLAN_LIMITS: Final = "What the plan does not know"

# Law
LAW_TITLE: Final = "The rules that were asked"
LAW_LIMITS: Final = "What it does not say"
LAW_CITATION: Final = "Citation"
LAW_AUTHORITY: Final = "Authority"
LAW_JURISDICTION: Final = "Jurisdiction"
LAW_ACTION: Final = "What a user may do"
LAW_STATUS: Final = "Status"
LAW_CONCERNS: Final = "Concerns"
LAW_CLASS: Final = "Nature of a hit"
LAW_FRESH: Final = "Text read as of"
LAW_SOURCE: Final = "Source"
LAW_STALE: Final = "due for review"

# Limits
LIMITS: Final = (NOT_LEGAL_ADVICE, *_LIMITS)
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

"""Sentences and labels that more than one report for people uses: HTML and PDF.

A translation replaces this module with ``words``, ``sentences`` and the texts of each report. Words for
findings follow ``docs/explanation/what-a-verdict-means.md``; nothing here may say more than the law
supports.
"""

from typing import Final

LANGUAGE: Final = "en"
TITLE: Final = "Camera origin audit: {name}"
BETWEEN: Final = ", "
AND_MORE: Final = "and {n} more, in the scan document"
TO: Final = "{start} to {finish}"
SAME_DAY: Final = "{day}, {start} to {finish} UTC"
UTC: Final = "{day} {time} UTC"
UNNAMED_SITE: Final = "Network {scope}"
META_PROFILE_NONE: Final = "not given: each rule says whom it concerns"
INCOMPLETE_TEXT: Final = (
    "This scan did not assess its whole scope. It supports statements about the devices listed"
    " here and none about the rest."
)
STALE_TEXT: Final = "The transcription of these rules is past its review date: {ids}."
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
SCOPE_COUNT: Final = "{n} addresses"
SCOPE_WIDE: Final = "a range too wide to count"
DEVICE: Final = "device"
DEVICES: Final = "devices"
CHART_MAKERS_NOTE: Final = "Equipment recognised as something other than video is left out."
CHART_OTHERS: Final = "{n} other makers"
MAKER_UNKNOWN: Final = "not identified"
GLANCE_COLUMNS: Final = ("Finding", "The signs point to", "Outcome", "Devices", "Under")
FINDINGS_NONE: Final = "No device was judged: none was recognised as video equipment."
FINDING_MAKER: Final = "{maker} ({grade})"
FINDING_NO_MAKER: Final = "maker not identified"
APPLIES: Final = {
    True: "yes, the profile given is one that it concerns",
    False: "no, the profile given is not one that it concerns",
}
APPLIES_UNKNOWN: Final = "not known: no profile was given"
APPLIES_UNKNOWN_IF: Final = "only if you are: {who}"
CLAIM_WITNESSES: Final = "independent witnesses: {channels}"
CLAIM_ONE_WITNESS: Final = "one witness: {channels}"
EVIDENCE_FOR: Final = "Signs for “{claims}”"
EVIDENCE_AGAINST: Final = "Signs against “{claims}”"
EVIDENCE_BOTH: Final = "Signs for “{claims}”, against “{others}”"
CLAIMS_AND: Final = "” and “"
NO_MAKER: Final = "Nothing that was observed names its maker."
ATTEMPTS_NONE: Final = "Nothing: it answered discovery only."
NOT_ASSESSED_TITLE: Final = "Answered and could not be assessed"
NOT_ASSESSED_NONE: Final = "Every address that answered was assessed."
LEDGER_TITLE: Final = "Every address of the scope"
METHODS_TITLE: Final = "How devices were looked for"
REMARKS_TITLE: Final = "Remarks of the scan"
BASELINE_TITLE: Final = "In the baseline and missing now"
FOREIGN_TITLE: Final = "Answered from outside the scope"
FOREIGN_INTRO: Final = "They were neither contacted nor judged."
SENT_TITLE: Final = "What was sent"
CHANGES_NONE: Final = "Nothing changed."
PLAN_STEPS_COLUMNS: Final = ("Step", "Devices", "What puts a device there")
PLAN_TOTALS_COLUMNS: Final = ("Step", "Devices", "Sum")
PLAN_ALL_STEPS: Final = "all but “find out first”"
PLAN_UNPRICED: Final = "{n} {devices} fit no row of the price list and are in no sum."
PLAN_EXEMPT: Final = "{n} {devices} are left out because an exemption on file excuses them."
PLAN_COLUMNS: Final = ("No.", "Step", "Device", "Made by", "Why")
PLAN_COLUMNS_COST: Final = (*PLAN_COLUMNS, "Unit cost")
LAW_NONE: Final = "No rule was asked."
LAW_CONCERNS_ALL: Final = "see the text: no profile is tied to it"
LIMITS_TITLE: Final = "What this report does not say"


def devices(count: int) -> str:
    """The noun for a number of devices."""
    return DEVICE if count == 1 else DEVICES


def number(count: int) -> str:
    """A number as people write it."""
    return f"{count:,}"

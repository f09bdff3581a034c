"""Sentences that the federal forms say. What the law does not support is not said."""

from typing import Final

from auditor.model.form import Clause, Stage, Trigger

DRAFT: Final = "Draft. The contractor's own determination is needed."
DRAFT_AWARD: Final = "Draft. The recipient's own determination is needed."
NOT_ADVICE_AWARD: Final = (
    "This draft holds technical findings and is not legal advice. What may be charged to the award"
    " is the recipient's own determination. Ask the awarding agency."
)
NOT_ADVICE: Final = (
    "This draft holds technical findings and is not legal advice. Whether equipment is reportable,"
    " to whom and when is the contractor's own determination. Read the clause in the contract."
)
COMPLETE_IT: Final = (
    "Entries marked [to be completed: …] are for a person. Entries from the scan are to be checked"
    " by a person who can look at the equipment and at the purchase records."
)
NOT_IN_PROFILE: Final = (
    "The profile given to the scan does not match those whom the rule addresses. Whether the clause"
    " stands in a contract is the contractor's to know."
)
ABSENCE: Final = (
    "Nothing here speaks for what was not assessed or could not be determined; both are listed."
)
QUALIFIER: Final = (
    "The clause asks about equipment used as a substantial or essential component of a system, or"
    " as critical technology. A scan sees the device, not its part in a system: the contractor"
    " determines that."
)
TITLES: Final = {
    (Clause.FAR_52_204_25, Stage.INITIAL): "Initial report under FAR 52.204-25(d)(2)(i)",
    (Clause.FAR_52_204_25, Stage.FOLLOW_UP): "Follow-up report under FAR 52.204-25(d)(2)(ii)",
    (Clause.FAR_52_240_91, Stage.INITIAL): "Report under the deviation clause FAR 52.240-91",
    (Clause.FAR_52_240_91, Stage.FOLLOW_UP): "Follow-up under the deviation clause FAR 52.240-91",
    (Clause.CFR_200_216, Stage.INITIAL): "Record for the award file, 2 CFR 200.216",
    (Clause.CFR_200_216, Stage.FOLLOW_UP): "Later record for the award file, 2 CFR 200.216",
}
CLAUSE_NOTICES: Final = {
    Clause.FAR_52_204_25: (
        QUALIFIER,
        (
            "Subcontractors tell the next tier through the flow-down of the clause; the prime"
            " contractor reports."
        ),
    ),
    Clause.FAR_52_240_91: (
        QUALIFIER,
        (
            "The field list of 52.240-91 was not checked against its text; the fields of 52.204-25(d)"
            " are used. Compare them with the clause in the contract."
        ),
    ),
    Clause.CFR_200_216: (
        (
            "No prescribed form was found for 2 CFR 200.216. This record keeps what an award file"
            " should hold: item, cost, award number, date of obligation and replacement plan."
        ),
        (
            "2 CFR 200.216 restricts how award money is spent. One agency page reads it so that it"
            " also reaches contracts with users of such equipment, others do not: ask the agency."
        ),
    ),
}
_RULES: Final = {
    "us-ndaa-889": "section 889 of the NDAA for FY2019",
    "us-far-rfo-part40": "the overhaul text of section 889 (FAR 52.240-91)",
    "us-2cfr-200-216": "2 CFR 200.216",
}
TRIGGERS: Final = {
    Trigger.PERFORMANCE: "identified by the contractor during contract performance",
    Trigger.SUBCONTRACTOR: "notified by a subcontractor",
    Trigger.OTHER_SOURCE: "notified by another source",
}
TO_DEFENCE: Final = "Department of Defense: report through https://dibnet.dod.mil"
TO_OFFICER: Final = "The contracting officer of the contract"
TO_OFFICERS: Final = (
    "The contracting officer of the indefinite-delivery contract and those of all affected orders"
)
TO_BOTH_NAMED: Final = "; name the indefinite-delivery contract and the affected orders in it"
WHO_NOTE: Final = (
    "Department of Defense contracts: https://dibnet.dod.mil. Indefinite-delivery contracts: the"
    " contracting officers of that contract and of the affected orders."
)
FOLLOWS: Final = {
    Clause.FAR_52_204_25: (
        "Within 10 business days of submitting this report, 52.204-25(d)(2)(ii) asks for any"
        " further available information about mitigation, for the efforts undertaken to prevent use"
        " or submission, and for efforts that will be added. Set"
        ' stage = "follow-up" and initial_submitted_at in the form file for that report.'
    ),
    Clause.FAR_52_240_91: (
        "Whether a second report is due, and what it holds, stands in the clause of the contract."
        ' With stage = "follow-up" the fields of 52.204-25(d)(2)(ii) are added.'
    ),
}
NO_EXEMPT: Final = "No device stands under an exemption."
OPEN: Final = (
    "The evidence does not settle who produced these, or whether the rule reaches them. They are"
    " not reported here, and that says nothing in either direction."
)
NO_OPEN: Final = "No device was left undetermined."
NO_GAP: Final = "The coverage names no part of the scope that was not assessed."


def not_judged(wanted: str) -> str:
    """For a scan that holds no verdicts under the regime: nothing can be said."""
    return (
        f"This scan document holds no verdicts under {wanted}: nothing was determined for this"
        f" form. Run: audit judge SCAN.json --regime {wanted} -o JUDGED.json"
    )


def rule(regime: str) -> str:
    """How a sentence names the rule."""
    return _RULES.get(regime, regime)


def result(regime: str, covered: int, undetermined: int, gaps: int) -> str:
    """What the scan says for the form, in one sentence, and what it does not say."""
    if covered:
        one = covered == 1
        first = (
            f"{covered} device{'' if one else 's'} show{'s' if one else ''} signs of production by"
            f" an entity that {rule(regime)} names, or by its subsidiary or affiliate."
        )
    else:
        first = (
            f"No reportable equipment was identified in what was assessed: no device met the"
            f" listings of {rule(regime)} at the grade that the policy asks for."
        )
    open_ones = (
        f" {undetermined} device{'s' if undetermined != 1 else ''} could not be determined and"
        f" {'are' if undetermined != 1 else 'is'} not among the items (Annex B)."
        if undetermined
        else " No device is left undetermined."
    )
    missing = (
        f" Not everything in scope was assessed ({gaps} entr{'ies' if gaps != 1 else 'y'} in"
        " Annex C)."
        if gaps
        else " The coverage names no gap."
    )
    return first + open_ones + missing + ("" if covered else " " + ABSENCE)


def others(no_listed_producer: int, not_video: int) -> str:
    """How many devices are in neither list, by what is known of them."""
    return (
        f"Besides: {no_listed_producer} with no listed producer identified, and {not_video}"
        " recognised as other than video equipment."
    )

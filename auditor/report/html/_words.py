"""Words of the HTML report for the closed vocabularies: those of all reports, and its own."""

from typing import Final

from auditor.report.sentences import (
    CHANNELS,
    CLAIMS,
    CLASSES,
    ENDINGS,
    GRADES,
    KINDS,
    METHOD_STATES,
    OUTCOME_MEANING,
    REASONS,
    VERDICT_OUTCOMES,
    word,
)
from auditor.report.sentences import LEDGER as _LEDGER
from auditor.report.words import HEADLINES as OUTCOMES
from auditor.report.words import NOTES as _NOTES

__all__ = [
    "CHANNELS",
    "CLAIMS",
    "CLASSES",
    "ENDINGS",
    "GRADES",
    "KINDS",
    "LEDGER",
    "METHOD_STATES",
    "NOTES",
    "OUTCOMES",
    "OUTCOME_MEANING",
    "REASONS",
    "VERDICT_OUTCOMES",
    "word",
]

LEDGER: Final = {**_LEDGER, "this_machine": "the scanning machine itself"}

NOTES: Final = {
    **_NOTES,
    "factory-state": "It is in factory state: nobody has set it up, and anyone nearby can.",
    "open-stream": "Its video can be watched without a password.",
    "default-certificate": "It shows the certificate that it left the factory with.",
}

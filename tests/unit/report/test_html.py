import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from types import ModuleType

import pytest

from auditor import codec
from auditor.app.reports.reporting import formats
from auditor.model.document import Coverage, Scan, Summary
from auditor.model.profiles import person
from auditor.report import phrases as _phrases
from auditor.report._api import Page
from auditor.report.html import FORMAT, asset, policy
from auditor.report.html import _texts as _html_texts
from auditor.report.html import _words as _html_words
from auditor.report.html._markup import Markup, escape, h, join, link, slug, verbatim
from tests.unit.report.scans import PAYLOADS, SAYS, device, hostile, law, scan, site, verdict

VOID = {"meta", "input"}
FORBIDDEN = re.compile(
    r"\billegal|\bbanned\b|\bsanctioned\b|NDAA[- ]compliant|\bcertified\b", re.IGNORECASE
)
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
    "|[\U000e0000-\U000e007f]"
)


class Reader(HTMLParser):
    """What a page holds: elements with attributes in order, texts, and the open elements."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[str]] = {"style": [], "script": []}
        self.texts: list[str] = []
        self.odd: list[str] = []
        self.data: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        inside = self._open[-1] if self._open else ""
        if inside == "script" and self.elements[-1][1].get("type") == "application/json":
            self.data.append(data)
        else:
            self.blocks.get(inside, self.texts).append(data)

    def handle_comment(self, data):
        self.odd.append(data)

    def handle_pi(self, data):
        self.odd.append(data)

    def unknown_decl(self, data):
        self.odd.append(data)

    @property
    def shape(self):
        """Elements and attribute names, without any value."""
        return [(tag, tuple(attrs)) for tag, attrs in self.elements]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attrs for found, attrs in self.elements if found == tag]

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


def render(document: Scan) -> bytes:
    return FORMAT.render(document, Page())


@pytest.fixture(scope="module")
def page() -> Reader:
    return Reader(render(site()))


# Structure


def test_the_format_is_chosen_by_its_suffixes():
    assert formats()["html"] is FORMAT
    assert FORMAT.suffixes == (".html", ".htm")


def test_the_page_has_landmarks_one_title_and_a_language(page):
    tags = Counter(tag for tag, _ in page.elements)
    assert {tags[tag] for tag in ("header", "nav", "main", "footer", "h1", "title")} == {1}
    assert page.all("html") == [{"lang": "en"}]
    assert render(site()).startswith(b"<!DOCTYPE html>\n<html")


def test_ids_are_unique_and_every_fragment_link_lands(page):
    ids = page.ids()
    assert len(ids) == len(set(ids))
    fragments = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    assert fragments
    assert set(fragments) <= set(ids)


def test_two_devices_with_one_id_keep_two_anchors():
    ids = Reader(render(scan(device(1), device(1), device(2, id="mac 1/ü")))).ids()
    assert [one for one in ids if one.startswith("asset-")] == [
        "asset-mac-000000000001", "asset-mac-000000000001--2", "asset-mac-1-",
    ]  # fmt: skip


def test_every_table_header_has_a_scope(page):
    assert page.all("th")
    assert {attrs["scope"] for attrs in page.all("th")} == {"col", "row"}


def test_every_section_is_named_by_a_heading(page):
    named = [attrs["aria-labelledby"] for _, attrs in page.elements if "aria-labelledby" in attrs]
    assert len(named) >= 7
    assert set(named) <= set(page.ids())


def test_without_scripts_everything_is_open_and_the_controls_are_hidden(page):
    assert page.all("details")
    assert all("open" in attrs for attrs in page.all("details"))
    controls = next(attrs for _, attrs in page.elements if attrs.get("id") == "controls")
    assert "hidden" in controls


# Nothing from elsewhere, nothing but our own blocks


def test_the_policy_allows_exactly_the_two_inline_blocks(page):
    meta = next(m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert meta["content"] == policy()
    for name in ("style", "script"):
        (block,) = page.blocks[name]
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy()
    assert policy().startswith("default-src 'none'")
    assert "unsafe" not in policy()


def test_the_policy_stands_before_the_blocks_that_it_rules(page):
    tags = [tag for tag, _ in page.elements]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_nothing_is_loaded_from_anywhere(page):
    loaders = {
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "source",
        "video",
        "audio",
        "base",
        "form",
    }
    assert loaders.isdisjoint(tag for tag, _ in page.elements)
    for tag, attrs in page.elements:
        assert not {"src", "srcset", "style", "action", "data", "background", "ping"} & set(attrs)
        assert not [name for name in attrs if name.startswith("on")]
        assert "href" not in attrs or tag == "a"
    assert not re.search(r"url\(|@import|expression\(", asset("style.css"))
    assert not re.search(
        r"fetch|XMLHttp|import\(|innerHTML|eval|document\.write", asset("script.js")
    )


def test_links_go_within_the_page_or_by_https_without_a_referrer(page):
    outward = [attrs for attrs in page.all("a") if not attrs["href"].startswith("#")]
    assert outward
    for attrs in outward:
        assert attrs["href"].startswith("https://")
        assert "noreferrer" in attrs["rel"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://x.example/", "https://", "https://u:p@x.example/", "//x.example",
     'https://x.example/" onclick=1', "https://x.example/ a", "data:text/html,x", "HTTPS://x.example",
     "https://x.example\\@y/", "https://exаmple.org/", "https://x.example/" + "a" * 600],
)  # fmt: skip
def test_an_address_that_is_not_plain_https_stays_text(url):
    assert "<a" not in link(url, "text")
    told = render(scan(device(1, verdicts=(verdict(source=url),)), law=(law(source=url),)))
    assert {a["href"][:1] for a in Reader(told).all("a")} == {"#"}


# What devices say


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 30


PLAIN = Reader(render(hostile("plain"))).shape


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_becomes_an_element_or_an_attribute(payload):
    page = render(hostile(payload))
    reader = Reader(page)
    assert reader.shape == PLAIN
    assert reader.odd == []
    assert not INVISIBLE.search(page.decode())
    outward = {a["href"] for a in reader.all("a") if a["href"][:1] != "#"}
    assert outward == {verdict().source}  # our own, from the second and third device


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if p.isprintable() and len(p) < 100])
def test_what_a_device_says_is_shown_verbatim(payload):
    page = Reader(render(scan(device(1, payload))))
    assert payload in page.texts
    assert " ".join(payload.split()) in page.text


def test_a_value_is_cut_with_a_sign_that_it_was():
    texts = Reader(render(scan(device(1, "x" * 5000)))).texts
    assert max(len(text) for text in texts if text.startswith("xx")) <= 200
    assert any(text.endswith("…") for text in texts)


def test_the_markup_helper_escapes_whatever_is_not_markup():
    assert h("b", None, "<i>") == "<b>&lt;i&gt;</b>"
    assert h("b", {"class": '"><i>'}) == '<b class="&quot;&gt;&lt;i&gt;"></b>'
    assert join(["<", Markup("<b></b>"), None], "&") == "&lt;&amp;<b></b>"
    assert escape("a\x1bb\u202ec") == "a·b·c"
    assert h("b", None, "<" + h("p")) == "<b>&lt;&lt;p&gt;&lt;/p&gt;</b>"


@pytest.mark.parametrize(
    ("tag", "attrs"),
    [("script ", None), ("img", None), ("b", {"onclick": "x"}), ("b", {"style": "x"}),
     ("a", {"href": "javascript:x"}), ("a", {"href": "#a b"}), ("b", {"x y": "z"}), ("a", {"src": "x"})],
)  # fmt: skip
def test_the_markup_helper_refuses_what_no_report_holds(tag, attrs):
    with pytest.raises(ValueError, match=r"report"):
        h(tag, attrs)


@pytest.mark.parametrize("text", ["</style>", "a<!--b", "a\rb"])
def test_an_inline_block_that_could_end_itself_is_refused(text):
    with pytest.raises(ValueError, match="block"):
        verbatim(text)


def test_a_slug_holds_nothing_but_plain_letters():
    assert slug('mac-28:57"<b>/ü') == "mac-28-57-b-"
    assert slug("") == "none"


# What the page says


def test_the_same_scan_gives_the_same_bytes():
    assert render(site()) == render(site())


def test_a_scan_read_back_from_its_document_gives_the_same_page():
    assert render(codec.decode(codec.encode(site()))) == render(site())


def test_devices_that_need_attention_come_first(page):
    bodies = [a["class"] for tag, a in page.elements if tag == "tbody" and "id" in a]
    assert bodies == [
        "covered", "covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside",
    ]  # fmt: skip


def test_a_device_behind_a_recorder_is_listed_and_both_point_at_each_other(page):
    assert "behind 10.0.0.5" in page.text
    assert "Devices behind it 10.0.0.4" in page.text


def test_the_sentence_of_a_verdict_stands_once_for_all_its_devices():
    told = Reader(render(scan(*(device(n) for n in range(1, 9)))))
    assert told.texts.count(SAYS) == 1
    assert "Applies to 8 devices:" in told.text
    assert len([a for a in told.all("a") if a["href"] == "#finding-1"]) == 9  # glance and devices


def test_a_finding_has_listing_citation_date_whom_it_concerns_and_source(page):
    for words in (
        "Listed as Hangzhou Hikvision Digital Technology Company (added 2018-08-13)",
        "Citation Pub. L. 115-232 s.889(f)(3)(B)",
        "Reaches it from 2019-08-13",
        "Concerns you only if you are: a US federal agency or a US federal contractor",
        "Concerns you yes, the profile given is one that it concerns",
        "Concerns you no, the profile given is not one that it concerns",
        "Exemption DNI waiver 7",
        "Source www.congress.gov",
    ):
        assert words in page.text


def test_evidence_is_told_with_strength_place_bytes_rule_and_sources(page):
    assert (
        "strong sign : web server name DVRDVS-Webs at tcp/80 hikvision.http-server.webs"
        in page.text
    )
    assert "hikvision.http-server.webs recog, nmap-service-probes" in page.text


def test_conflicting_signs_are_told_for_and_against(page):
    assert "Signs for “Made by Hikvision”, against “Made by uniview”" in page.text
    assert "Signs for “Made by uniview”, against “Made by Hikvision”" in page.text


def test_configuration_is_kept_apart_from_compliance(page):
    assert "Configuration, apart from compliance It is in factory state" in page.text


def test_attempts_are_told_by_how_they_ended(page):
    assert "answered http tcp/80 (24 ms)" in page.text
    assert "malformed answer rtsp tcp/554 (DVRDVS-Webs)" in page.text


def test_coverage_tells_what_was_not_assessed_and_why(page):
    for words in (
        "10.0.0.9 plain",
        "silent: nothing there, or nothing that speaks 10.0.0.51-254",
        "sadp failed 0 plain",
        "In the baseline and missing now plain",
        "192.168.1.64 28:57:be:00:00:01 discovery scopes plain",
        "1,234 packets, 321 connections, 120 requests.",
    ):
        assert words in page.text


def test_the_law_is_told_with_its_limits_and_its_age(page):
    for words in (
        "Restricts what US federal agencies may procure.",
        "What it does not say It says nothing to other owners of such equipment.",
        "Text read as of 2026-06-29 due for review",
        "Nature of a hit a restriction on certain users",
    ):
        assert words in page.text


def test_a_complete_scan_shows_no_banner_and_an_incomplete_one_its_reasons(page):
    assert "Incomplete scan" not in page.text
    header = {"complete": False, "incomplete_because": ("interrupted", "no host answered")}
    told = Reader(render(scan(device(1), header=header)))
    assert "Incomplete scan" in told.text
    assert {"interrupted", "no host answered"} <= set(told.texts)


def test_an_incomplete_scan_without_reasons_says_so():
    told = Reader(render(scan(device(1), header={"complete": False})))
    assert "No reason was recorded" in told.text


def test_an_empty_scan_is_never_told_as_clear():
    nothing = Scan(
        scan=scan().scan,
        coverage=Coverage(in_scope=None, answered=0, assessed=0),
        summary=Summary(),
        assets=(),
    )
    told = Reader(render(nothing))
    assert "No device answered. This says nothing about devices" in told.text
    assert "could be settled" not in told.text
    assert "a range too wide to count" in told.text


def test_devices_that_could_not_be_settled_are_named_in_the_summary():
    whole = Coverage(in_scope=1, answered=1, assessed=1)
    settled = Reader(render(scan(device(1), coverage=whole))).text
    open_ = Reader(render(scan(device(1), device(2, headline="unidentified", verdicts=())))).text
    assert "Every other device that answered could be settled." in settled
    assert "1 more device could not be settled" in open_
    assert "That is not a clearance." in open_
    assert "1 device answered and could not be assessed" in open_
    assert "Every other device" not in open_


def test_an_incomplete_scan_never_claims_that_all_was_settled():
    whole = Coverage(in_scope=1, answered=1, assessed=1)
    told = Reader(render(scan(device(1), coverage=whole, header={"complete": False}))).text
    assert "Every other device" not in told


def test_an_unknown_headline_is_shown_and_not_taken_for_clear():
    told = Reader(render(scan(device(1, headline="novel"))))
    assert [a["class"] for tag, a in told.elements if tag == "tbody" and "id" in a] == [
        "indeterminate"
    ]
    assert "novel" in told.texts


def test_makers_beyond_the_chart_are_summed_and_unknown_makers_stand_alone():
    first = device(1).attributions[0]
    many = [device(n, attributions=(replace(first, vendor=f"v{n}"),)) for n in range(30)]
    told = Reader(render(scan(*many, device(31, attributions=())))).text
    assert "16 other makers 16" in told
    assert "not identified 1" in told


# Words


def texts_of(module: ModuleType) -> list[str]:
    found, waiting = [], [value for name, value in vars(module).items() if name.isupper()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            waiting += [*value.values()]
        elif isinstance(value, tuple):
            waiting += [*value]
    return found


def test_no_text_of_ours_claims_what_the_law_does_not_say():
    ours = [
        *texts_of(_phrases),
        *texts_of(_html_texts),
        *texts_of(_html_words),
        asset("script.js"),
        asset("style.css"),
    ]
    assert len(ours) > 200
    assert [text for text in ours if FORBIDDEN.search(text)] == []
    assert FORBIDDEN.search("NDAA-compliant")
    assert not FORBIDDEN.search(render(scan(device(1))).decode())


def test_every_reason_that_a_verdict_may_give_has_words():
    from auditor.policy import words

    assert set(words._WHY) <= set(_html_words.REASONS)


def test_every_profile_flag_and_class_of_the_database_has_words(catalog):
    flags = {flag for regime in catalog.regimes.values() for flag in regime.applies_if}
    assert {flag for flag in flags if person(flag) == flag} == set()
    assert person("us-state-agency:tx") == "an agency of the US state of Texas"
    assert {regime.finding_class for regime in catalog.regimes.values()} <= set(_html_words.CLASSES)


# Looks


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_reach_aa_contrast(dark):
    light_block, dark_block = re.findall(r":root \{(.*?)\}", asset("style.css"), re.DOTALL)[:2]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark_block if dark else light_block))
    outcomes = ("covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside")
    pairs = [(name, f"{name}-bg") for name in outcomes]
    pairs += [(ink, f"{name}-bg") for name in outcomes for ink in ("ink", "soft")]
    pairs += [
        (ink, ground)
        for ink in ("ink", "soft", "accent")
        for ground in ("paper", "ground", "faint")
    ]
    pairs += [("ink", "mark"), ("soft", "mark"), ("accent", "mark")]
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


def test_print_narrow_dark_and_still_are_provided_for():
    for wish in (
        "print",
        "screen and (max-width",
        "prefers-color-scheme: dark",
        "prefers-reduced-motion",
    ):
        assert f"@media {wish}" in asset("style.css") or f"@media ({wish}" in asset("style.css")


# Size


def test_five_hundred_devices_stay_under_two_megabytes():
    base = device(1)
    rules = [f"hikvision.some-signal.rule-{n}" for n in range(9)]  # the average of the lab
    shown = base.attributions[0].because[0]
    signs = tuple(
        replace(shown, rule=rule, value=f"{rule} as the device says it") for rule in rules
    )
    claims = tuple(replace(item, because=signs, against=()) for item in base.attributions)
    attempts = base.attempts * 3
    many = [
        replace(device(n, "DS-2CD2143G2-I"), attributions=claims, attempts=attempts)
        for n in range(500)
    ]
    assert len(render(scan(*many))) <= 2_000_000

"""What an auditor must not claim: the known pitfalls, checked on the words that people read."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from pypdf import PdfReader

from auditor.app.judging.hinge import judge_asset, law_notes, summary, vendor_notes
from auditor.app.reports import reporting
from auditor.attribution.judge import attribute
from auditor.catalog.load import load
from auditor.model.document import Asset, Coverage, Header, Scan
from auditor.model.facts import Observation
from auditor.model.judgement import Judged, Verdict
from auditor.model.knowledge import Exemption
from auditor.model.words import FindingClass, Kind, Outcome
from auditor.policy.judge import Bench, Device, counts, headline, judge
from auditor.report._api import Page
from auditor.report.explain import asset_text, judged_text

FORBIDDEN = re.compile(
    r"\b(?:illegal|unlawful|banned|sanctioned|blacklisted|certified|approved|safe|unsafe|compliant"
    r"|non-?compliant|violat\w+|prohibited|guilty|must be removed|may not be used|use is (?:barred|banned))\b"
    r"|\bNDAA[- ]compliant",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?s)<[^>]*>")
_ENDS = ("</w:p>", "</si>", "</a:p>", "</c>", "</vt:", "</dc:", "</cp:", "<w:br", "<w:tab")
CLASSES = tuple(item.value for item in FindingClass)
PROSE = ("table", "md", "html")
"""Formats that people read; the others carry fields to programs."""
WHOLE = ("us-procurement", "everything", "all-regimes")
LISTED = "hikvision"


def seen(*pairs: tuple[str, str] | tuple[str, str, str]) -> tuple[Observation, ...]:
    return tuple(
        Observation(signal=pair[0], value=pair[1], endpoint=pair[2] if len(pair) > 2 else None)
        for pair in pairs
    )


DEVICES = {
    "listed": seen(
        ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"), ("onvif.model", "DS-2CD2143G0-I", "tcp/80"),
        ("http.server", "App-webs/", "tcp/80"), ("mac", "28:57:be:01:02:03", "link"),
    ),
    "listed-dahua": seen(
        ("rtsp.auth_realm", "Login to 4M0747EPAA1D284", "tcp/554"),
        ("onvif.firmware", "2.800.0000018.0.R, Build Date: 2021-07-07", "tcp/80"),
    ),
    "listed-huawei": seen(
        ("onvif.firmware", "SDC V600R020C00", "tcp/80"), ("rtsp.server", "x", "tcp/554"),
        ("onvif.manufacturer", "Huawei", "tcp/80"),
    ),
    "unlisted": seen(
        ("http.auth_realm", "AXIS_ACCC8E010203", "tcp/80"), ("mac", "ac:cc:8e:01:02:03", "link"),
        ("onvif.model", "M3045-V", "tcp/80"),
    ),
    "uniview": seen(
        ("onvif.firmware", "GIPC-B6215.1.68.NB.240617", "tcp/80"),
        ("wsd.endpoint", "urn:uuid:00010010-0001-1020-8000-48ea63798c9a", "udp/3702"),
    ),
    "tp-link": seen(
        ("wsd.endpoint", "uuid:3fa1fe68-b915-4053-a3e1-1027f5ea88f4", "udp/3702"),
        ("rtsp.auth_realm", "TP-LINK IP-Camera", "tcp/554"),
    ),
    "unknown": seen(("rtsp.public", "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN", "tcp/554")),
    "label-only": seen(("brand", "Hikvision")),
    "mac-only": seen(("mac", "28:57:be:01:02:04", "link")),
    "conflict": seen(
        ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
        ("http.auth_realm", "AXIS_ACCC8E010204", "tcp/80"),
    ),
    "rebrand": seen(
        ("onvif.manufacturer", "LTS", "tcp/80"),
        ("onvif.serial", "CMIP7442NW-28MD20210312AAWRF12345678", "tcp/80"),
        ("rtsp.auth_realm", "IP Camera(F1234)", "tcp/554"),
    ),
    "subsidiary": seen(
        ("onvif.manufacturer", "EZVIZ", "tcp/80"), ("onvif.model", "CS-C1C-D0-1D2WFR", "tcp/80"),
        ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
    ),
    "lorex": seen(
        ("http.auth_realm", "Login to ND011809000001", "tcp/80"),
        ("onvif.manufacturer", "Lorex", "tcp/80"), ("onvif.model", "LNB8005", "tcp/80"),
    ),
    "exempt": seen(
        ("rtsp.auth_realm", "IP Camera(C2184)", "tcp/554"), ("http.server", "App-webs/", "tcp/80"),
    ),
    "chip": seen(
        ("rtsp.server", "Hipcam RealServer/V1.0", "tcp/554"),
        ("http.auth_realm", "AXIS_ACCC8E010205", "tcp/80"),
    ),
    "printer": seen(("mac", "00:1b:a9:01:02:03", "link")),
}  # fmt: skip


@pytest.fixture(scope="module")
def benches(bench):
    """A bench for each policy, and one that asks every regime there is."""
    out = {name: replace(bench, policy=policy) for name, policy in bench.catalog.policies.items()}
    whole = replace(
        bench.policy, id="all-regimes", regimes=tuple(bench.catalog.regimes), profile=()
    )
    out["all-regimes"] = replace(bench, policy=whole)
    excuse = Exemption(
        id="E-1", regimes=tuple(bench.catalog.regimes), holder="Site 4", document="memo 12",
        reason="phase-out", until=bench.as_of.replace(year=2027), addresses=("10.0.0.14",),
    )  # fmt: skip
    return {name: replace(one, exemptions=(excuse,)) for name, one in out.items()}


def scan_of(bench: Bench) -> Scan:
    assets = tuple(
        judge_asset(Asset(id=name, address=f"10.0.0.{number}", observations=observations), bench)
        for number, (name, observations) in enumerate(DEVICES.items(), start=1)
    )
    return Scan(
        scan=Header(
            id="x", started="2026-11-22T00:00:00Z", finished="2026-11-22T00:00:01Z", tool="auditor",
            db_version=bench.catalog.version, db_digest=bench.catalog.digest, scope=("10.0.0.0/24",),
            complete=True, as_of=bench.as_of.isoformat(), policy=bench.policy.id,
            profile=bench.policy.profile,
        ),
        coverage=Coverage(in_scope=254, answered=len(assets), assessed=len(assets)),
        summary=summary(assets),
        assets=assets,
        law=law_notes(bench),
        vendors=vendor_notes(assets, bench),
    )  # fmt: skip


@pytest.fixture(scope="module")
def scans(benches):
    return {name: scan_of(bench) for name, bench in benches.items()}


@pytest.fixture(scope="module")
def texts(scans):
    """(policy, format) → everything that a reader of it sees, in one line."""
    out = {}
    for policy, scan in scans.items():
        for name, kind in reporting.formats().items():
            if name == "pdf" and policy not in WHOLE:
                continue  # seconds each, and these policies ask everything that the others ask
            out[policy, name] = readable(words_of(kind.render(scan, Page(width=200)), name), name)
        out[policy, "explain"] = " ".join(
            " ".join(asset_text(asset, scan).split()) for asset in scan.assets
        )
    return out


_RUNNING = re.compile(
    r"^Camera origin audit[^\n]*\n|Technical findings, not legal advice\s*Page \d+ of \d+"
)
"""Header and footer of a PDF page: they stand in the middle of a sentence that goes on overleaf."""


def words_of(data: bytes, name: str) -> str:
    """What stands in a report, also in one that is no text: PDF, spreadsheets, documents, JSON."""
    if data.startswith(b"%PDF-"):
        pages = (page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
        return _unbroken("\n".join(_RUNNING.sub("", page).strip() for page in pages))
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [archive.read(part) for part in archive.namelist() if part.endswith(".xml")]
        return "\n".join(html.unescape(_TAG.sub(_gap, part.decode())) for part in parts)
    text = data.decode("utf-8")
    if text.startswith(("{", "[")):
        whole = [text] if name not in {"jsonl", "ocsf-lines"} else text.splitlines()
        return "\n".join(told for one in whole for told in _strings(json.loads(one)))
    return text


def _unbroken(text: str) -> str:
    """Lines that break at a hyphen joined, and after them the words that may have been parted."""
    parted = re.findall(r"(\w+)-\n(\w+)", text)
    return re.sub(r"-\n", "-", text) + "\n" + "\n".join(first + rest for first, rest in parted)


def _gap(tag: re.Match[str]) -> str:
    """Runs of one paragraph belong together; the ends of paragraphs and cells part words."""
    return " " if tag[0].startswith(_ENDS) else ""


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def readable(text: str, name: str) -> str:
    if name == "html":
        text = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", text)
        text = html.unescape(re.sub(r"(?s)<[^>]*>", " ", text))
    elif name in {"md", "oscal"}:
        text = re.sub(r"\\([\\`*_{}\[\]<>()#+!|~$&:@-])", r"\1", text)
    return " ".join(text.split())


@cache
def _quotes(*, wrapped: bool) -> re.Pattern[str]:
    """What may hold such a word because it is quoted: titles, citations, listed names, addresses.

    A page breaks long addresses anywhere; ``wrapped`` lets a quote have blanks in any place.
    """
    catalog = load()
    quotes = [*CLASSES]
    for regime in catalog.regimes.values():
        quotes += [regime.id, regime.name, *regime.citation]
        quotes += [row.name for row in regime.listings] + [row.cite for row in regime.listings]
    quotes += [source.url for source in catalog.sources.values() if source.url]
    wanted = {" ".join(quote.split()) for quote in quotes if FORBIDDEN.search(quote)}
    whole = sorted(wanted, key=len, reverse=True)
    if wrapped:
        loose = (r"\s*".join(map(re.escape, "".join(quote.split()))) for quote in whole)
        return re.compile("|".join(loose))
    return re.compile("|".join(re.escape(quote) for quote in whole))


def own_words(text: str, *, wrapped: bool = False) -> str:
    """The text without what it quotes."""
    return _quotes(wrapped=wrapped).sub(" ", text)


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=\.)\s", text)


def law(bench: Bench, regime: str) -> str:
    found = bench.catalog.regimes[regime]
    return " ".join([found.meaning, *found.limits, found.action or "", found.status])


def under(
    bench: Bench, regime: str, name: str = "listed", profile: tuple[str, ...] = ()
) -> Verdict:
    policy = replace(bench.policy, regimes=(regime,), profile=profile)
    (verdict,) = judge(
        attribute(DEVICES[name], bench.catalog), replace(bench, policy=policy), Device()
    )
    return verdict


def test_the_devices_are_what_they_stand_for(scans):
    found = {asset.id: asset.headline for asset in scans["us-procurement"].assets}
    assert found == {
        "listed": "covered", "listed-dahua": "covered", "listed-huawei": found["listed-huawei"],
        "unlisted": "not_covered", "uniview": "not_covered", "tp-link": found["tp-link"],
        "unknown": "indeterminate", "label-only": "indeterminate", "mac-only": "covered",
        "conflict": "indeterminate", "rebrand": "covered", "subsidiary": "covered",
        "lorex": "covered", "exempt": "indeterminate", "chip": "not_covered", "printer": found["printer"],
    }  # fmt: skip


def test_no_report_of_any_policy_says_a_forbidden_thing(texts):
    for (policy, name), text in texts.items():
        own = own_words(text, wrapped=name == "pdf")
        found = FORBIDDEN.search(own)
        assert found is None, (
            f"{policy} as {name}: {found and found[0]!r} in …{_around(found, own)}…"
        )


def _around(found: re.Match[str] | None, own: str) -> str:
    return own[max(0, found.start() - 80) : found.end() + 80] if found else ""


def test_no_sentence_of_any_verdict_says_a_forbidden_thing(scans):
    for scan in scans.values():
        for asset in scan.assets:
            for verdict in asset.verdicts:
                assert FORBIDDEN.search(own_words(verdict.says)) is None, verdict.says


def test_no_text_of_the_law_data_says_a_forbidden_thing(bench):
    for regime in bench.catalog.regimes:
        assert FORBIDDEN.search(own_words(law(bench, regime))) is None, regime


def test_what_identify_prints_says_no_forbidden_thing(benches):
    for bench in benches.values():
        for observations in DEVICES.values():
            judged = attribute(observations, bench.catalog)
            text = " ".join(judged_text(judged, judge(judged, bench)).split())
            assert FORBIDDEN.search(own_words(text)) is None, text


@pytest.mark.parametrize(
    "name", ["pdf", "xlsx", "far-report", "far-facts", "oscal", "ocsf", "cyclonedx"]
)
def test_the_words_of_binary_and_standard_formats_are_read(name, texts, bench):
    text = texts["us-procurement", name]
    assert "Hikvision" in text
    assert "not legal advice" in text


def test_the_check_bites():
    assert "compliant" in _unbroken("non-com-\npliant")
    for text in ("It is banned.", "NDAA-compliant", "the use is barred here", "Certified by us"):
        assert FORBIDDEN.search(own_words(text))


# 1
def test_an_entity_list_hit_speaks_of_exports_to_the_company_and_not_of_use(bench):
    verdict = under(bench, "us-bis-entity-list")
    assert verdict.outcome is Outcome.COVERED
    assert "a licence is needed to export" in verdict.says
    assert re.search(r"\bus(?:e|ing|ed)\b", verdict.says) is None
    assert "not owning, buying or using its products" in law(bench, "us-bis-entity-list")
    assert not counts(verdict, bench.policy)


# 2
def test_the_1260h_list_by_itself_restricts_nothing(bench):
    verdict = under(bench, "us-dod-1260h")
    assert "The list by itself restricts nothing" in verdict.says
    assert "components are outside" in law(bench, "us-dod-1260h")
    assert not counts(verdict, bench.policy)


# 3
def test_ns_cmic_speaks_of_securities_only(bench):
    verdict = under(bench, "us-ofac-ns-cmic")
    assert "publicly traded securities" in verdict.says
    assert re.search(r"block|bar(?:s|red)\b|device may", verdict.says) is None
    assert "no property is blocked" in law(bench, "us-ofac-ns-cmic")
    assert not counts(verdict, bench.policy)


# 4
def test_an_fcc_hit_never_says_that_use_is_barred(bench, texts):
    verdict = under(bench, "us-fcc-covered-list")
    assert verdict.finding_class is FindingClass.MARKET_ACCESS
    assert "equipment authorisations, and the import and marketing" in verdict.says
    assert "limited to use for: public safety" in verdict.says
    assert re.search(r"remov|dispos|stop using", verdict.says, re.IGNORECASE) is None
    assert "Owners: none by this rule" in law(bench, "us-fcc-covered-list")
    for name in ("md", "html"):
        if ("us-procurement", name) in texts:
            text = texts["us-procurement", name]
            assert "Continued use of lawfully acquired equipment is not barred by this list" in text
            assert "a court sent back in 2024 how widely" in text


# 5
def test_section_889_says_whom_it_concerns(bench):
    verdict = under(bench, "us-ndaa-889")
    assert (
        "It concerns you if you are a US federal agency or a US federal contractor." in verdict.says
    )
    assert "It says nothing to other owners of such equipment" in law(bench, "us-ndaa-889")
    stranger = under(bench, "us-ndaa-889", profile=("us-person-investor",))
    assert stranger.applies is False
    assert "Your profile is not one of those whom it concerns." in stranger.says
    assert not counts(stranger, bench.policy)


# 6 and 7
def test_no_hit_is_never_a_status(scans, texts):
    for scan in scans.values():
        for asset in scan.assets:
            for verdict in asset.verdicts:
                if verdict.outcome is Outcome.NOT_COVERED:
                    assert "No listed producer identified under" in verdict.says
                    assert "Chips inside were not assessed." in verdict.says
                if verdict.outcome is Outcome.INDETERMINATE:
                    assert "Not determined under" in verdict.says
    for (policy, name), text in texts.items():
        if name in {*PROSE, "explain"}:
            assert "Absence of a hit is not proof of anything" in text, (policy, name)
            assert "No authority certifies devices under these rules" in text, (policy, name)


def test_an_unknown_device_is_not_determined(scans):
    for scan in scans.values():
        unknown = next(asset for asset in scan.assets if asset.id == "unknown")
        assert unknown.verdicts
        assert {verdict.outcome for verdict in unknown.verdicts} == {Outcome.INDETERMINATE}


# 8
def test_grades_are_shown_and_a_label_convicts_nobody(bench, scans):
    assert "(confirmed)" in under(bench, "us-ndaa-889").says
    assert "(probable)" in under(bench, "us-ndaa-889", "mac-only").says
    for scan in scans.values():
        label = next(asset for asset in scan.assets if asset.id == "label-only")
        assert all(verdict.outcome is not Outcome.COVERED for verdict in label.verdicts)
    axis = attribute(seen(("mac", "ac:cc:8e:01:02:03", "link")), bench.catalog)
    assert [item.vendor for item in axis.attributions] == ["axis"]


# 9
def test_a_customer_is_not_called_an_affiliate_and_its_device_is_judged_by_its_maker(bench):
    verdict = under(bench, "us-ndaa-889", "rebrand")
    assert verdict.vendor == LISTED
    assert verdict.reasons[0] == "listed_vendor"
    assert "Buying and relabelling does not make a company a subsidiary" in law(
        bench, "us-ndaa-889"
    )


# 10
def test_lorex_and_dahua_usa_are_judged_by_who_built_the_unit(bench):
    verdict = under(bench, "us-ndaa-889", "lorex")
    assert (verdict.vendor, verdict.reasons[0]) == ("dahua", "listed_vendor")
    assert "Lorex is" not in verdict.says
    assert "who produced the unit, and when, decides" in law(bench, "us-ndaa-889")


# 11
def test_tp_link_is_named_by_company_and_stays_open(bench):
    verdict = under(bench, "us-dod-1260h", "tp-link")
    assert (verdict.outcome, verdict.reasons) == (
        Outcome.INDETERMINATE,
        ("entity_not_established",),
    )
    assert "it is not established which of its companies made the device" in verdict.says
    assert "which is disputed" in law(bench, "us-dod-1260h")


# 12
def test_a_hisilicon_chip_convicts_nobody(bench):
    judged = attribute(DEVICES["chip"], bench.catalog)
    assert any(item.role == "chip" and item.vendor == "hisilicon" for item in judged.attributions)
    assert under(bench, "us-ndaa-889", "chip").outcome is Outcome.NOT_COVERED
    assert "a possible component, not a finding" in law(bench, "us-ndaa-889")


# 13
def test_category_entries_give_no_verdict_about_cameras_or_routers(bench):
    assert under(bench, "us-fcc-covered-list", "tp-link").outcome is Outcome.NOT_COVERED
    router = Judged(
        kind=Kind.NETWORK,
        attributions=attribute(DEVICES["tp-link"], bench.catalog).attributions,
    )
    policy = replace(bench.policy, regimes=("us-fcc-covered-list",))
    assert judge(router, replace(bench, policy=policy)) == ()
    assert "do not reach fixed IP cameras" in law(bench, "us-fcc-covered-list")


# 14
def test_nobody_here_is_sdn_and_the_what_if_says_so(bench):
    assert under(bench, "us-ofac-sdn").outcome is Outcome.INDETERMINATE
    assert "Hikvision is not on this list in all evidence read" in law(bench, "us-ofac-sdn")
    what_if = under(bench, "what-if-ofac-sdn-hikvision")
    assert what_if.says.startswith("Hypothetical: ")
    assert not any(counts(what_if, policy) for policy in bench.catalog.policies.values())
    hik = attribute(DEVICES["listed"], bench.catalog)
    assert headline(hik, (what_if,), bench.policy) == "outside"


# 15
def test_no_text_offers_a_waiver_of_an_agency_head(texts, bench):
    assert "ended on 2021-08-13 (Part A) and 2022-08-13 (Part B)" in law(bench, "us-ndaa-889")
    for text in texts.values():
        for sentence in sentences(text):
            assert "waivers of agency heads" not in sentence or "ended" in sentence


# 16
def test_no_deadline_is_computed_or_given_without_its_clause(texts, bench):
    whole = [*texts.values(), *(law(bench, regime) for regime in bench.catalog.regimes)]
    for text in whole:
        for sentence in sentences(text):
            if re.search(r"\b(?:hours|business days?)\b", sentence) is None:
                continue
            assert re.search(r"\bclause\b|52\.2", sentence), sentence
        assert re.search(r"\b(?:report|due) (?:by|until|before) 20\d\d-", text) is None
    assert "more than one reporting deadline" in law(bench, "us-ndaa-889")


# 17
@pytest.mark.parametrize(
    "regime",
    ["us-ga-hb113", "us-fl-eo-22-216", "us-tx-lsipa", "uk-gsg-2022", "tw-prc-ict-ban", "in-cctv-er", "eu-cra"],
)  # fmt: skip
def test_rules_that_test_ownership_law_or_origin_name_no_maker(bench, regime):
    verdict = under(bench, regime)
    assert verdict.reasons[0] == "names_no_maker"
    assert verdict.vendor is None
    assert "Hikvision" not in verdict.says


# 18
def test_uflpa_is_no_list_of_cameras(bench):
    assert under(bench, "us-uflpa").outcome is Outcome.INDETERMINATE
    assert bench.catalog.regimes["us-uflpa"].listings == ()
    assert "is from memory; check the current table" in law(bench, "us-uflpa")


# 19
def test_the_date_of_listing_and_the_date_of_effect_are_told_apart(bench):
    verdict = under(bench, "us-ndaa-889")
    assert "(added 2018-08-13)" in verdict.says
    assert verdict.effective == "2019-08-13"
    assert "announcement, effective day and Federal Register publication are days apart" in law(
        bench, "us-bis-entity-list"
    )


# 20
def test_the_withdrawn_edition_is_never_cited(texts, bench):
    for regime in bench.catalog.regimes.values():
        for row in regime.listings:
            assert "2026-02-13" not in row.cite
    for text in texts.values():
        for sentence in sentences(text):
            assert "2026-02-13" not in sentence or "withdrawn" in sentence


# 21
@pytest.mark.parametrize(
    "text",
    [
        "Shanghai Dahua Scale Factory", "Sunvote", "Ingenico", "Aztech", "Tianjin Cameras",
        "Keda Lighting", "Leon Security Cameras", "Yixinda", "General Electric", "HikVisionary Arts",
    ],
)  # fmt: skip
def test_a_listed_name_inside_another_name_is_no_match(bench, text):
    brand = bench.catalog.brand_of(text)
    assert (
        brand is None
        or not bench.catalog.listings_of("us-ndaa-889")
        or brand
        not in {row.vendor for regime in bench.catalog.regimes.values() for row in regime.listings}
    )
    judged = attribute(seen(("brand", text), ("onvif.manufacturer", text, "tcp/80")), bench.catalog)
    assert judged.attributions == ()


# 22
def test_reports_for_people_carry_date_version_and_the_words_not_legal_advice(texts, bench):
    for (policy, name), text in texts.items():
        if name in PROSE:
            assert "not legal advice" in text, (policy, name)
            assert bench.catalog.version in text, (policy, name)
            assert bench.as_of.isoformat() in text, (policy, name)
        if name in {"md", "html"}:
            for regime in bench.catalog.regimes.values():
                if policy == "all-regimes":
                    assert regime.evidence_as_of.isoformat() in text, (name, regime.id)


def test_a_reported_listing_is_said_to_be_reported(bench):
    assert "is reported as named in" in under(bench, "us-far-rfo-part40").says
    assert "is named in" in under(bench, "us-ndaa-889").says


def test_an_exemption_keeps_the_finding_in_words(scans):
    exempt = next(a for a in scans["us-procurement"].assets if a.id == "exempt")
    excused = [verdict for verdict in exempt.verdicts if verdict.outcome is Outcome.EXEMPT]
    assert excused
    for verdict in excused:
        assert verdict.listing
        assert "is named in" in verdict.says
        assert verdict.exemption
        assert "memo 12" in verdict.exemption

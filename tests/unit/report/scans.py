"""Synthetic scan documents for the reports, with one text in every field that a stranger fills."""

from dataclasses import replace

from auditor.model.document import (
    Asset,
    Coverage,
    Foreign,
    Header,
    LawNote,
    Ledger,
    MethodState,
    Scan,
    Sent,
    Summary,
    Unassessed,
    VendorNote,
)
from auditor.model.facts import Attempt, Observation
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import (
    Channel,
    Ending,
    FindingClass,
    Grade,
    Kind,
    Outcome,
    Role,
    Strength,
)
from tests.unit.report.payloads import PAYLOADS

__all__ = ["PAYLOADS", "device", "evidence", "hostile", "law", "scan", "site", "verdict"]

LIFECYCLE = ("covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside")
SAYS = "The device shows signs of production by Hikvision (confirmed)."


def evidence(value: str, *, rule="hikvision.http-server.webs", strength=Strength.STRONG, **more):
    settings = {
        "signal": "http.server",
        "channel": Channel.HTTP,
        "endpoint": "tcp/80",
        "sources": ("recog", "nmap-service-probes"),
    }
    return Evidence(rule=rule, value=value, strength=strength, **(settings | more))


def verdict(outcome: Outcome = Outcome.COVERED, **more) -> Verdict:
    settings = {
        "regime": "us-ndaa-889",
        "finding_class": FindingClass.PROHIBITED_IF_PROFILE,
        "reasons": ("listed_vendor",),
        "listing": "Hangzhou Hikvision Digital Technology Company (added 2018-08-13)",
        "citation": "Pub. L. 115-232 s.889(f)(3)(B)",
        "effective": "2019-08-13",
        "vendor": "hikvision",
        "role": Role.MAKER,
        "grade": Grade.CONFIRMED,
        "says": SAYS,
        "source": "https://www.congress.gov/115/plaws/publ232/PLAW-115publ232.pdf",
        "evidence_as_of": "2026-06-29",
    }
    return Verdict(outcome=outcome, **(settings | more))


def device(number: int = 1, text: str = "App-webs/", **more) -> Asset:
    """A device that is covered, with ``text`` wherever a device may speak."""
    shown = evidence(text)
    seen = Observation(signal="http.server", value=text, endpoint="tcp/80", probe="http")
    settings = {
        "id": f"mac-{number:012x}",
        "address": f"10.0.{number // 250}.{number % 250 + 1}",
        "addresses": (f"10.0.{number // 250}.{number % 250 + 1}", text),
        "mac": "28:57:be:01:02:03",
        "hostname": text,
        "kind": Kind.CAMERA,
        "brand": text,
        "model": text,
        "serial": text,
        "firmware": text,
        "built": text,
        "oem_customer": text,
        "headline": "covered",
        "attributions": (
            Attribution(role=Role.MAKER, vendor="hikvision", grade=Grade.CONFIRMED, because=(shown,)),
            Attribution(role=Role.PLATFORM, vendor="hikvision", grade=Grade.PROBABLE, because=(shown,)),
            Attribution(
                role=Role.BRAND, vendor=text, grade=Grade.POSSIBLE, because=(shown,), against=(shown,)
            ),
        ),
        "verdicts": (verdict(),),
        "notes": ("factory-state", text),
        "attempts": (
            Attempt(probe="http", endpoint="tcp/80", outcome=Ending.OK, ms=24),
            Attempt(probe="rtsp", endpoint="tcp/554", outcome=Ending.MALFORMED, detail=text),
        ),
        "observations": (seen,),
    }  # fmt: skip
    return Asset(**(settings | more))


def law(**more) -> LawNote:
    settings = {
        "id": "us-ndaa-889",
        "name": "NDAA FY2019 section 889(a)(1)",
        "citation": "Pub. L. 115-232 s.889",
        "authority": "US Congress",
        "jurisdiction": "US-federal",
        "finding_class": "prohibited-if-profile",
        "status": "in force",
        "evidence_as_of": "2026-06-29",
        "applies_if": ("us-federal-agency", "us-federal-contractor"),
        "meaning": "Restricts what US federal agencies may procure.",
        "limits": ("It says nothing to other owners of such equipment.",),
        "source": "https://www.acquisition.gov/far/52.204-25",
        "stale": True,
    }
    return LawNote(**(settings | more))


def scan(*assets: Asset, text: str = "plain", header: dict | None = None, **more) -> Scan:
    """A scan of those devices, with ``text`` wherever else a stranger may speak."""
    counts = {name: sum(item.headline == name for item in assets) for name in LIFECYCLE}
    settings = {
        "id": "70c11b115451494798f630c5812abe9e",
        "started": "2026-11-22T01:37:16.824Z",
        "finished": "2026-11-22T01:37:19.387Z",
        "tool": "auditor 0.1.0",
        "db_version": "2026.11.22",
        "db_digest": "sha256:ca88ccfe",
        "site": "Test site",
        "scope": ("10.0.0.0/24",),
        "complete": True,
        "as_of": "2026-11-22",
        "policy": "us-procurement",
    }
    foreign = Foreign(
        address="192.168.1.64",
        mac="28:57:be:00:00:01",
        observations=(Observation(signal="wsd.scopes", value=text, endpoint="udp/3702"),),
    )
    document = {
        "scan": Header(**(settings | (header or {}))),
        "coverage": Coverage(
            in_scope=254,
            answered=len(assets) + 1,
            assessed=len(assets),
            not_assessed=(Unassessed(address="10.0.0.9", why=text),),
            ledger=Ledger(answered=("10.0.0.1-50",), silent=("10.0.0.51-254",)),
            methods=(
                MethodState(method="arp", state="ok", interface="eth0", found=3),
                MethodState(method="sadp", state="failed", why=text),
            ),
            out_of_scope=(foreign,),
            notes=(text,),
            missing_from_baseline=(text,),
        ),
        "summary": Summary(assets=len(assets), **counts),
        "assets": tuple(assets),
        "sent": Sent(packets=1234, connections=321, requests=120, by_probe={"http": 120}),
        "law": (law(),),
        "vendors": (VendorNote(id="hikvision", name="Hikvision", country="CN"),),
    }
    return Scan(**(document | more))


def hostile(text: str) -> Scan:
    """Every field that a device fills, and every free text of a document that a stranger wrote."""
    child = device(2, text, id=text, headline="indeterminate")
    flagged = verdict(
        citation=text,
        listing=text,
        says=text,
        effective=text,
        evidence_as_of=text,
        exemption=text,
        source=None,
        vendor=text,
        regime=text,
        reasons=(text,),
    )
    parent = device(
        1, text, id=text, address=text, mac=text, verdicts=(flagged,), children=(child,)
    )
    note = law(
        id=text, name=text, citation=text, authority=text, jurisdiction=text, finding_class=text,
        status=text, evidence_as_of=text, applies_if=(text,), meaning=text, limits=(text,), source=None,
    )  # fmt: skip
    header = {
        "id": text, "started": text, "finished": text, "tool": text, "db_version": text,
        "db_digest": text, "scope": (text,), "as_of": text, "policy": text, "site": text,
        "exclude": (text,), "engine": text, "profile": (text,), "complete": False,
        "incomplete_because": (text,),
    }  # fmt: skip
    many = scan(parent, device(3, text, headline=text), text=text, header=header, law=(note,))
    ledger = Ledger(answered=(text,), not_scanned=(text,), not_scanned_why=text)
    methods = (MethodState(method=text, state=text, interface=text, why=text),)
    return replace(
        many,
        coverage=replace(many.coverage, ledger=ledger, methods=methods),
        sent=Sent(by_probe={text: 1}),
        vendors=(VendorNote(id="hikvision", name=text),),
    )


def site() -> Scan:
    """A small site with every outcome, a child and a conflict, to look at."""
    other = evidence("GIPC-B6202", rule="uniview.firmware.gipc", strength=Strength.SUPPORTIVE)
    also = Observation(signal="http.server", value="GIPC-B6202", endpoint="tcp/80")
    first = device(1, "DVRDVS-Webs")
    conflict = device(
        2,
        "Webs",
        headline="indeterminate",
        attributions=(
            Attribution(role=Role.MAKER, vendor="hikvision", grade=Grade.POSSIBLE,
                        because=(evidence("Webs"),), against=(other,)),
            Attribution(role=Role.MAKER, vendor="uniview", grade=Grade.POSSIBLE,
                        because=(other,), against=(evidence("Webs"),)),
        ),
        observations=(*first.observations, also),
        verdicts=(verdict(Outcome.INDETERMINATE, reasons=("conflict",), listing=None,
                          says="Not determined under us-ndaa-889: two makers."),),
    )  # fmt: skip
    child = device(3, "channel 1", id="child-1", headline="exempt", verdicts=(
        verdict(Outcome.EXEMPT, exemption="DNI waiver 7", applies=True),))  # fmt: skip
    recorder = device(4, "NVR", kind=Kind.RECORDER, children=(child,))
    bare = {"attributions": (), "verdicts": (), "notes": ()}
    return scan(
        device(7, "printer", kind=Kind.OTHER, headline="outside", **bare),
        device(6, "?", kind=Kind.UNKNOWN, headline="unidentified", **bare),
        device(5, "AXIS", headline="not_covered", verdicts=(
            verdict(Outcome.NOT_COVERED, listing=None, applies=False, reasons=("maker_not_listed",),
                    says="No listed producer identified under us-ndaa-889."),)),
        recorder,
        conflict,
        first,
    )  # fmt: skip

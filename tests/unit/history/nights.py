"""Scans of a small network, night after night."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auditor.model.document import Asset, Coverage, Header, LawNote, Ledger, Scan, Summary
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

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
LISTING = "Hangzhou Hikvision Digital Technology Company (added 2018-08-13)"


def moment(night: int, seconds: float = 0) -> str:
    """When a night's scan is at so many seconds."""
    at = FIRST + timedelta(days=night, seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def verdict(outcome: Outcome = Outcome.COVERED, regime: str = "us-ndaa-889") -> Verdict:
    listing = LISTING if outcome in {Outcome.COVERED, Outcome.EXEMPT} else None
    return Verdict(
        regime=regime,
        outcome=outcome,
        finding_class=FindingClass.PROHIBITED_IF_PROFILE,
        reasons=("listed_vendor",),
        listing=listing,
        citation="Pub. L. 115-232 s.889",
    )


def maker(vendor: str = "hikvision") -> Attribution:
    because = Evidence(
        rule="r", signal="http.server", value="App-webs/", strength=Strength.STRONG,
        channel=Channel.HTTP, endpoint="tcp/80",
    )  # fmt: skip
    return Attribution(role=Role.MAKER, vendor=vendor, grade=Grade.CONFIRMED, because=(because,))


def camera(number: int, night: int = 0, **more) -> Asset:
    """A camera as it answers in a night; dates and times differ every night."""
    settings = {
        "id": f"mac-2857be{number:06x}",
        "address": f"10.0.{number // 250}.{number % 250 + 1}",
        "addresses": (f"10.0.{number // 250}.{number % 250 + 1}",),
        "mac": f"28:57:be:00:{number // 256:02x}:{number % 256:02x}",
        "kind": Kind.CAMERA,
        "brand": "hikvision",
        "model": f"DS-2CD{number % 7}",
        "serial": f"C{number:08d}",
        "firmware": "5.5.0",
        "headline": "covered",
        "attributions": (maker(),),
        "verdicts": (verdict(),),
        "attempts": (
            Attempt(probe="http", endpoint="tcp/80", outcome=Ending.OK, ms=20 + night % 9),
        ),
        "observations": (
            Observation(
                signal="http.server", value="App-webs/", endpoint="tcp/80", probe="http",
                at=moment(night, number),
            ),
            Observation(
                signal="http.headers",
                value=f'[["Date","Thu, {night % 28 + 1:02d} Jan 2026 02:00:{number % 60:02d} GMT"],'
                f'["X-Unit","{number}"]]',
                endpoint="tcp/80", probe="http", at=moment(night, number),
            ),
        ),
    }  # fmt: skip
    return Asset(**(settings | more))


def note(regime: str = "us-ndaa-889") -> LawNote:
    return LawNote(
        id=regime, name=regime, citation="", authority="", jurisdiction="", finding_class="",
        status="", evidence_as_of="2026-01-01",
    )  # fmt: skip


def scan(night: int, *assets: Asset, **header) -> Scan:
    """The document of a night."""
    settings = {
        "id": f"night{night:04d}",
        "started": moment(night),
        "finished": moment(night, 60),
        "tool": "auditor 0.1.0",
        "db_version": "2026.11.22",
        "db_digest": "sha256:00",
        "scope": ("10.0.0.0/22",),
        "complete": True,
        "as_of": moment(night)[:10],
        "policy": "us-procurement",
    }
    return Scan(
        scan=Header(**(settings | header)),
        coverage=Coverage(
            in_scope=1022,
            answered=len(assets),
            assessed=len(assets),
            ledger=Ledger(
                answered=tuple(a.address for a in assets if a.address),
                silent=("10.0.0.1-10.0.3.254",),
            ),
        ),
        summary=Summary(assets=len(assets), covered=len(assets)),
        assets=assets,
        law=(note(),),
    )


def network(night: int, numbers=range(3), **header) -> Scan:
    """Those cameras in that night."""
    return scan(night, *(camera(number, night) for number in numbers), **header)


def timeless(found: Scan) -> Scan:
    """Without what the history keeps once only: times of observations, values that move."""

    def one(asset: Asset) -> Asset:
        kept = tuple(
            replace(item, at=None, value="" if item.signal == "http.headers" else item.value)
            for item in asset.observations
        )
        return replace(asset, observations=kept, children=tuple(map(one, asset.children)))

    return replace(found, assets=tuple(map(one, found.assets)))

"""Texts that several reports share, and the taming of what devices say."""

import re
from typing import Final

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Evidence
from auditor.model.signals import SIGNALS
from auditor.model.words import Strength

NOT_LEGAL_ADVICE: Final = (
    "Technical findings, not legal advice. Absence of a hit is not proof of anything: what was not"
    " assessed is listed under coverage. No authority certifies devices under these rules."
)

HEADLINES: Final = {
    "covered": "covered",
    "indeterminate": "not determined",
    "exempt": "exempt",
    "not_covered": "no listed producer identified",
    "outside": "not video equipment",
    "unidentified": "unidentified",
}

STRENGTHS: Final = {
    Strength.STRONG: "strong sign",
    Strength.SUPPORTIVE: "supporting sign",
    Strength.WEAK: "weak sign",
    Strength.LABEL: "label only",
}

SIGNAL_WORDS: Final = {
    "mac": "hardware address",
    "http.server": "web server name",
    "http.auth_realm": "web login realm",
    "http.auth_nonce": "web login nonce",
    "http.headers": "web response headers",
    "http.title": "web page title",
    "http.body": "web page",
    "http.favicon_md5": "web page icon",
    "http.favicon_mmh3": "web page icon",
    "rtsp.server": "video server name",
    "rtsp.auth_realm": "video login realm",
    "rtsp.public": "video server methods",
    "tls.subject": "certificate subject",
    "tls.issuer": "certificate issuer",
    "wsd.scopes": "discovery scopes",
    "wsd.endpoint": "discovery endpoint id",
    "onvif.envelope": "ONVIF message form",
    "sadp": "SADP answer",
    "dhip": "DHIP answer",
    "model": "model number",
    "serial": "serial number",
    "firmware": "firmware version",
    "brand": "label",
    "port.open": "open port",
}

NOTES: Final = {
    "factory-state": "in factory state: no password has been set",
    "open-stream": "gives its video stream without a password",
    "open-identity": "gives its serial number over ONVIF without a password",
    "dhip-answers": "answers Dahua's search on UDP 37810; exposed to a wider network it can be"
    " misused as a reflector",
    "default-certificate": "shows a certificate that all devices of its kind share",
    "shared-certificate": "shows the same certificate as another device of this scan",
    "two-devices-or-proxy": "its ports speak for different devices: probably two devices behind one"
    " address, or a proxy; each maker above rests on what its own ports show",
    "not-rebooted": "has not been restarted for more than a year",
    "clock-wrong": "its clock is more than five minutes off",
}
"""Configuration findings in words; anything else is shown as it is."""

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_PILE = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def tame(text: str, most: int = 200) -> str:
    """Device text fit for a terminal or a page.

    Control, direction and invisible characters are shown as dots, piles of marks are cut.
    """
    cleaned = text[: most * 2]
    if not (cleaned.isascii() and cleaned.isprintable()):  # most texts hold nothing to tame
        cleaned = _PILE.sub(r"\1", _CONTROL.sub("·", cleaned))
    return cleaned if len(cleaned) <= most else cleaned[: most - 1] + "…"


def vendor_names(scan: Scan) -> dict[str, str]:
    """Display names of vendor ids."""
    return {note.id: note.name for note in scan.vendors}


def evidence_text(evidence: Evidence) -> str:
    """One piece of evidence as a sentence fragment with its bytes."""
    what = SIGNAL_WORDS.get(evidence.signal) or SIGNALS[evidence.signal].about
    where = f" at {evidence.endpoint}" if evidence.endpoint else ""
    via = f" (inside {evidence.via})" if evidence.via and evidence.via != evidence.signal else ""
    strength = STRENGTHS[evidence.strength]
    return f"{strength}: {what}{where}{via}: “{tame(evidence.value, 120)}”"


def title_of(asset: Asset, names: dict[str, str] | None = None) -> str:
    """What to call a device in a heading; ``names`` are display names of vendors."""
    brand = (names or {}).get(asset.brand, asset.brand) if asset.brand else None
    label = " ".join(dict.fromkeys(tame(part, 48) for part in (brand, asset.model) if part))
    return label or asset.kind.value

"""What of a reply changes from one asking to the next although the device is as it was.

Dates, nonces, session and message ids, uptimes: two replies that differ in nothing else are one
observation to the history. The mask is for comparing only; the value itself is kept as received.
"""

import re
from functools import lru_cache
from typing import Final

_REST_OF_DATE: Final = (
    r"[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ -]\d{2,4}"
    r" \d{1,2}:\d{2}:\d{2}(?: (?:GMT|UTC|[+-]\d{4}))?"
)
# These begin with a sign or a set of signs, so that most of a text is passed over quickly.
_DATE = re.compile(
    r"[MTWFS\d](?:(?:(?<=M)on|(?<=T)ue|(?<=W)ed|(?<=T)hu|(?<=F)ri|(?<=S)at|(?<=S)un)[a-z]*,? "
    rf"\d{{1,2}}{_REST_OF_DATE}|(?<=\d)\d?{_REST_OF_DATE}"
    r"|(?<=\d)\d{3}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)"
)
_DATED = re.compile(
    r"[ -](?:(?<=-)\d\d-\d\d[T ]\d|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
"""What every date holds, found much sooner than a date."""
_EPOCH = re.compile(r"1(?<![\w.]1)[6-9]\d{8}(?:\d{3})?(?![\w.])")
_CHALLENGE = re.compile(r'\b(nonce|opaque|stale|cnonce)="?[^",\s]*"?', re.IGNORECASE)
_COOKIE = re.compile(r"=[^;,\s\"]{6,}")
_MESSAGE_ID = re.compile(r"((?:MessageID|RelatesTo)\b[^<>]*>)[^<]*", re.IGNORECASE)
_CLOCK = re.compile(
    r"(<(?:\w+:)?(?:Hour|Minute|Second|Year|Month|Day|AppSequence)\b[^<>]*>)[^<]*", re.IGNORECASE
)
_SEQUENCE = re.compile(
    r"""\b(InstanceId|MessageNumber|SequenceId)\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE
)
_SADP_ID = re.compile(
    r"(<(?:\w+:)?(?:Uuid|NonceStr|SafeCode|Random|(?:session|client)ID|challenge|salt|uptime"
    r"|deviceUpTime|currentDeviceTime|localTime)\b[^<>]*>)[^<]*",
    re.IGNORECASE,
)
# A message's number is volatile, a device's id is not: "id" only where it is a number.
_JSON_ID = re.compile(
    r'"(?:((?:session|session_?id|nonce|realm_id|random|salt|challenge|token|stok|seq|sequence'
    r"|uptime|up_?time|time|timestamp|utc|(?:current|system|local)_?time)"
    r'":)("(?:[^"\\]|\\.)*"|-?[\d.]+)|(id":)-?\d+)',
    re.IGNORECASE,
)
_ENCRYPTED = re.compile(r'("(?:key|data|encrypt_key|cipher)":)"[A-Za-z0-9+/=\\rn]{32,}"')
"""TP-Link encrypts a part of its answer with a new key each time."""
_TOKEN = re.compile(
    r"""((?:csrf|xsrf|nonce|token|session_?id|sid|challenge|random|salt)\b["']?"""
    r"""(?:\s+(?:value|content)\s*=|\s*[:=]|(?<=nonce)-)\s*["']?)[\w+/=.%-]{6,}""",
    re.IGNORECASE,
)
_UNIQUE = re.compile(r"([?&](?:_|t|ts|rnd|rand|random|time|cache)=)[\w.-]+", re.IGNORECASE)
_SDP_ORIGIN = re.compile(r"^(o=\S+ )\S+ \S+", re.MULTILINE)
_COUNTERS: Final = ("instanceid", "messagenumber", "sequenceid")
_SECRETS: Final = (
    "csrf", "xsrf", "nonce", "token", "session", "sid", "challenge", "random", "salt",
)  # fmt: skip
_KEPT: Final = 1024
"""Longest value that is remembered: a bound in numbers must bound bytes."""
_MOVING_HEADERS: Final = frozenset(
    "date expires last-modified age set-cookie x-request-id x-correlation-id x-trace-id x-runtime"  # noqa: SIM905 - words read better
    " x-response-time x-csrf-token x-xsrf-token server-timing cseq session etag keep-alive rtp-info"
    " timestamp".split()
)
_CHALLENGES: Final = frozenset({"www-authenticate", "proxy-authenticate"})
_PAGES: Final = frozenset({"http.body", "http.location"})
_PAIR = re.compile(r'\["([^"\\]+)","((?:[^"\\]|\\.)*)"\]')
_UBNT_UPTIME: Final = 0x0A
_HEADER_BYTES: Final = 4


def stable(signal: str, value: str) -> str:
    """The value with everything that moves by itself blanked.

    Args:
        signal: name of the signal.
        value: as an observation holds it.

    Returns:
        A text for comparing; never shown, never judged.
    """
    return _stable(signal, value) if len(value) > _KEPT else _stable_short(signal, value)


def _stable(signal: str, value: str) -> str:
    if signal.endswith(".headers"):
        return _PAIR.sub(_header, value)
    if signal == "http.auth_nonce":
        return _shape(value)
    if signal == "ubnt.discovery":
        return _without_uptime(value)
    if signal == "rtsp.sdp":
        value = _SDP_ORIGIN.sub(r"\1", value)
    elif value[:1] in "{[":
        value = _JSON_ID.sub(_keyed, value)
        if '"encrypt_info"' in value:
            value = _ENCRYPTED.sub(r"\1", value)
    elif signal in _PAGES:
        value = _UNIQUE.sub(r"\1", _without_tokens(value))
    if "<" in value:
        value = _without_marks(value)
    return _without_times(value)


_stable_short = lru_cache(maxsize=8192)(_stable)


def _without_marks(value: str) -> str:
    """XML without message ids, clocks and counters."""
    low = _lower(value)
    if low is None or "messageid" in low or "relatesto" in low:
        value = _MESSAGE_ID.sub(r"\1", value)
    value = _SADP_ID.sub(r"\1", _CLOCK.sub(r"\1", value))
    if low is None or any(word in low for word in _COUNTERS):
        value = _SEQUENCE.sub(r"\1", value)
    return value


def _without_tokens(value: str) -> str:
    low = _lower(value)
    if low is None or any(word in low for word in _SECRETS):
        value = _TOKEN.sub(r"\1", value)
    return value


def _without_times(value: str) -> str:
    return _EPOCH.sub("", _DATE.sub("", value) if _DATED.search(value) else value)


def _lower(text: str) -> str | None:
    """For looking whether a pattern can match at all; None where letters have other folds."""
    return text.lower() if text.isascii() else None


def _header(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name in _MOVING_HEADERS:
        shape = _COOKIE.sub("=", match[2]) if name == "set-cookie" else ""
        return f'["{match[1]}","{shape}"]'
    if name in _CHALLENGES:
        return f'["{match[1]}","{_CHALLENGE.sub(_blank, match[2].replace(chr(92), ""))}"]'
    rest = _UNIQUE.sub(r"\1", _without_tokens(match[2]))
    return f'["{match[1]}","{_without_times(rest)}"]'


def _blank(match: re.Match[str]) -> str:
    return f"{match[1]}="


def _keyed(match: re.Match[str]) -> str:
    return f'"{match[1] or match[3]}'


def _shape(nonce: str) -> str:
    kind = (
        "digits" if nonce.isdigit() else "hex" if re.fullmatch(r"[0-9a-fA-F]+", nonce) else "text"
    )
    return f"{kind} {len(nonce)}"


def _without_uptime(text: str) -> str:
    """Ubiquiti's answer is type, length, value; type 10 counts the seconds since the start."""
    try:
        data = bytearray.fromhex(text)
    except ValueError:
        return text
    at = _HEADER_BYTES
    while at + 3 <= len(data):
        size = int.from_bytes(data[at + 1 : at + 3])
        if data[at] == _UBNT_UPTIME:
            for i in range(at + 3, min(at + 3 + size, len(data))):
                data[i] = 0
        at += 3 + size
    return data.hex()

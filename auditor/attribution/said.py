"""What people and devices put around a fact: words before a version, a brand before a model.

Also what stands in the names of hosts and services: many devices make theirs of their model, their
serial number or their hardware address.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from auditor.attribution.facts import Fact, Voice
from auditor.wire.mac import in_address, inside

_SHORTEST_NAME: Final = 4
_LONGEST: Final = 128
_QUOTE: Final = "\"'"
_CERTIFICATE: Final = 512
"""As much of a certificate's name as is read."""
TOKEN: Final = re.compile(r"^(?![A-Za-z_]*[0-9A-Fa-f]{12}$)[A-Za-z0-9][A-Za-z0-9_/().+-]{3,39}$")
"""One word that may be a model; not a hardware address."""
_FIRST_WORD: Final = re.compile(r"([^\W\d_]{4,40})[\s_-]{1,3}(?=\S)")
_INTERFACE: Final = re.compile(r"\[([0-9A-Fa-f:]{6,39})(?:%[^\]]{1,20})?\]")
_ADDRESSES: Final = 8
_MAC_AT_END: Final = re.compile(
    r"^(?:(?P<head>[A-Za-z][A-Za-z0-9 _-]{0,60}?)[ _-]{1,3})?(?P<mac>(?=\d{0,11}[A-Fa-f])[0-9A-Fa-f]{12})$"
)
"""Twelve digits without a letter are as often a date or a number."""
_MAC_IN_PARTS: Final = re.compile(r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_SERIAL: Final = re.compile(r"^(?=[0-9A-Z]{0,19}\d)(?=[0-9A-Z]{0,19}[A-Z])[0-9A-Z]{12,20}$")
_VERSION_WORDS: Final = re.compile(
    r"^(?:(?:firmware|software|system|fw|sw)[ _-]{0,2}(?:version|ver\.?)?[ :=]{1,3}(?=\S)"
    r"|(?:version|ver\.?)?[ :=]{1,3}(?=v?[. ]{0,2}\d))?"
    r"(?:v[. ]{1,2}(?=v?\d))?",
    re.IGNORECASE,
)
_VERSION_IN: Final = re.compile(r"(?<=[\s:=])[Vv]?\d{1,2}\.\d")
"""Where a version begins behind other words."""
_WIDE: Final = str.maketrans("\uff08\uff09\uff1a\uff0c\u3000", "():, ")
"""Signs as Chinese programs write them."""
_DAY_BEHIND: Final = re.compile(r"\s{0,3}[,;/(]\s{0,3}(?:19|20)\d\d(?:[-./]\d{1,2}){0,2}\)?$")
"""The year or the day of a version where somebody wrote it behind a comma."""
_BRACKETS: Final = re.compile(r"\s{0,3}[(\[][^)\]]{0,80}[)\]]$")
_BUILD: Final = re.compile(
    r"[\s,;_([-]{0,4}(?<![A-Za-z])(build)(?:[ _-]?date)?[\s:_.-]{0,3}(?=\d)", re.IGNORECASE
)
"""Whether it is written large is kept: Hikvision writes it small, TP-Link large."""
_RELEASE: Final = re.compile(r"[\s,;_-]{1,3}rel(?:ease)?[ ._]{0,2}(?=\d)", re.IGNORECASE)
_BUILD_MORE: Final = re.compile(
    r" (?=build)(build \d{6})(?: R\d{1,4}| ?/ ?Encoding.*)$", re.IGNORECASE
)
_SERIAL_WORDS: Final = re.compile(
    r"^(?:s/?n|serial(?: ?(?:number|no\.?))?)[ :#=.]{1,3}(?=\w)", re.IGNORECASE
)
_ORGANISATION: Final = re.compile(r"(?:^|[,;/]\s?)O ?= ?([^,;/=]{2,64})")
_SERVICE: Final = re.compile(
    r"(?:\d{1,5}/tcp\s{1,8}open\s{1,8})?(?:ssl[/|])?(https?|rtsp)\??\s{1,8}(?:syn-ack ttl \d{1,3} )?(\S.*)"
)
_SERVICE_LINE: Final = re.compile(r"\d{1,5}/(?:tcp|udp)\s{1,8}open\s{1,8}\S[^\n]{0,200}$")
_STREAM: Final = 2048
_STREAM_TITLE: Final = re.compile(r"^\s{0,12}title\s{1,16}: (.{1,120})$", re.MULTILINE)
_STREAM_CONTROL: Final = re.compile(r"^a=control:(rtsps?://\S{3,300})", re.MULTILINE)
_STREAM_COMMENT: Final = re.compile(r"^\s{0,12}comment\s{1,16}: (.{1,120})$", re.MULTILINE)
_NAME_END: Final = re.compile(
    r"(?:^|[^0-9A-Za-z])((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{12})$"
)
_RANDOM_NAME: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[345][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", re.IGNORECASE
)
"""Versions 3 to 5 of RFC 4122: random, or digests."""
_NAME_HEAD: Final = re.compile(r"^\W{0,4}(?:subject|issuer)\s{0,2}[:=]\s{0,2}", re.IGNORECASE)
_NAME_PART: Final = re.compile(r"(?:^|[,;/+])\s{0,3}([A-Za-z]{1,24})\s?=\s?")
_NAMING: Final = frozenset({"CN", "O", "OU"})
_ATTRIBUTES: Final = {
    "commonname": "CN",
    "organizationname": "O",
    "organizationalunitname": "OU",
    "countryname": "C",
    "stateorprovincename": "ST",
    "localityname": "L",
    **{name.lower(): name for name in ("CN", "O", "OU", "C", "ST", "L", "emailAddress")},
}
"""Attributes of a certificate's name, as nmap and RFC 4514 write them."""
_VIDEO: Final = re.compile(
    r"\b(?:(?:web|ip)? ?cam(?:era)?s?|[dnx]vr|video|cctv|surveillance|doorbell)\b", re.IGNORECASE
)
_REALM_MAC: Final = re.compile(
    r"[A-Za-z][_-]((?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?=\d{0,11}[A-Fa-f])[0-9A-Fa-f]{12})$"
)
_REALM: Final = re.compile(
    r"""\brealm\s{0,2}=\s{0,2}(?:"([^"]{1,120})"|["']?([^"',]{1,120}))""", re.IGNORECASE
)
_SERVER: Final = re.compile(r"^server:\s{1,4}(?=\S)", re.IGNORECASE)


def labelled_model(fact: Fact) -> Iterator[Fact]:
    """``Brand Model`` in one text. Whether the first word is a brand at all, the database knows."""
    found = _FIRST_WORD.match(fact.value)
    if found:
        yield fact.derived("brand", found[1], _quiet(fact))
        yield fact.derived("model", fact.value[found.end() :][:_LONGEST], _quiet(fact))


def described(fact: Fact) -> Iterator[Fact]:
    """The label and the model at the head of a description (``Vivotek FD8134V webcam rtspd``).

    Only where a word says that video equipment is described: the names of some labels are common
    words.
    """
    text = fact.value[:_LONGEST]
    if _VIDEO.search(text) is None:
        return
    words = text.split(maxsplit=3)[:3]
    for count in (1, 2):
        head = " ".join(words[:count])
        if len(head) >= _SHORTEST_NAME and words[0][0].isalpha():
            yield fact.derived("brand", head, Voice.BANNER)
    for word in words[1:]:
        if TOKEN.match(word) and any(ch.isdigit() for ch in word):
            yield fact.derived("model", word, Voice.BANNER)


def may_hold_interface(text: str) -> bool:
    """Whether a URL with an IPv6 address stands in a text."""
    return "://[" in text


def interface(fact: Fact) -> Iterator[Fact]:
    """The hardware address inside an IPv6 address of a URL: devices give both their addresses."""
    if not may_hold_interface(fact.value):
        return
    for found in islice(_INTERFACE.finditer(fact.value), _ADDRESSES):
        # An identifier made from a MAC has these two octets in its middle.
        mac = in_address(found[1]) if "ff:fe" in found[1].lower() else None
        if mac is not None:
            yield fact.derived("mac", mac)


def distinguished(fact: Fact) -> Iterator[Fact]:
    """A certificate's name as RFC 4514 writes it, where openssl, curl or nmap wrote it.

    Only the order of the attributes is not mended: no rule may need it.
    """
    text = _NAME_HEAD.sub("", fact.value[:_CERTIFICATE].replace("\u00a0", " "), count=1)
    found = _NAME_PART.split(text)
    names = [_ATTRIBUTES.get(one.lower(), one) for one in found[1::2]]
    if found[0].strip() or not _NAMING.intersection(names):
        return
    told = ",".join(
        f"{name}={value.strip().strip(_QUOTE)}"
        for name, value in zip(names, found[2::2], strict=True)
    )
    if told != fact.value:
        yield fact.derived(fact.signal, told)


def is_service(text: str) -> bool:
    """Whether a text is a line of nmap's table of ports."""
    return _SERVICE_LINE.match(text) is not None


def service(fact: Fact) -> Iterator[Fact]:
    """What nmap prints of a web or stream server: mostly what its ``Server:`` line says."""
    found = _SERVICE.match(fact.value[:_LONGEST].strip())
    if found:
        yield fact.derived(
            "rtsp.server" if found[1] == "rtsp" else "http.server", found[2], Voice.BANNER
        )
    mac = inside(fact.value)
    if mac is not None:
        yield fact.derived("mac", mac)
    yield from described(fact)


def stream(fact: Fact) -> Iterator[Fact]:
    """The session's name and comment, as ffprobe and VLC print them of a stream's description.

    Also the address of the stream that a description holds.
    """
    text = fact.value[:_STREAM]
    control = _STREAM_CONTROL.search(text)
    if control:
        yield fact.derived("banner", control[1], Voice.BANNER)
    title, comment = _STREAM_TITLE.search(text), _STREAM_COMMENT.search(text)
    if title:
        yield fact.derived(
            "rtsp.sdp",
            f"s={title[1].strip()}\r\n" + (f"i={comment[1].strip()}\r\n" if comment else ""),
        )


def unique_name(fact: Fact) -> Iterator[Fact]:
    """The hardware address at the end of a UPnP device's name, as much firmware makes it.

    A random name ends in twelve digits too, so one that says that it is random is left alone; of the
    others hardly any ends in a block of a maker of cameras by chance.
    """
    name = fact.value[:_LONGEST].partition("::")[0].strip()
    found = _NAME_END.search(name)
    if found and not _RANDOM_NAME.search(name):
        yield fact.derived("mac", found[1])


def certificate(fact: Fact) -> Iterator[Fact]:
    """The organisation that a certificate was made out to: a label, since an owner may make one."""
    yield from distinguished(fact)
    for told in _ORGANISATION.findall(fact.value[:_CERTIFICATE])[:2]:
        name = told.strip()
        first = name.split()[0] if name else ""
        for text in dict.fromkeys((name, first)):
            if len(text) >= _SHORTEST_NAME:
                yield fact.derived("brand", text, Voice.BANNER)


def firmware(fact: Fact) -> Iterator[Fact]:
    """A version without what stands before and after it: words, a model, brackets, a full stop.

    A small ``v`` in front of it is written as a large one, as firmware itself writes it, and one in
    small letters alone in large ones too: lists of assets make everything small.
    """
    whole = fact.value[:_LONGEST]
    text = _VERSION_WORDS.sub("", whole.translate(_WIDE), count=1)
    plain = _BRACKETS.sub("", text).rstrip(" .,;")
    found = _VERSION_IN.search(plain)
    told = [text, plain, plain[found.start() :] if found else "", _DAY_BEHIND.sub("", plain)]
    told += [_spaced(one) for one in told]
    told += [f"V{one[1:]}" for one in (*told, whole) if one.startswith("v")]
    if whole.islower():
        told.append(plain.upper())
    for one in dict.fromkeys(told):
        if one and one != whole:
            yield fact.derived("firmware", one, _quiet(fact))


def _spaced(text: str) -> str:
    """A version with its build and its release as most firmware writes them."""
    spaced = _RELEASE.sub(" Rel.", _BUILD.sub(r" \1 ", text))
    if spaced != text:
        spaced = spaced.strip(" )]")  # the bracket before the build is gone
    return _BUILD_MORE.sub(r" \1", spaced)


def _quiet(fact: Fact) -> Voice:
    """The voice of a part: less than the whole says."""
    return Voice.RECORD if fact.voice is Voice.RECORD else Voice.BANNER


def serial(fact: Fact) -> Iterator[Fact]:
    """A serial number without the words before it."""
    bare = _SERIAL_WORDS.sub("", fact.value.strip(), count=1)
    for told in dict.fromkeys((bare, bare.upper())):
        if told and told != fact.value.strip():
            yield fact.derived("serial", told[:_LONGEST])
    yield from serial_mac(fact)


def realm(fact: Fact) -> Iterator[Fact]:
    """The realm inside a whole challenge, and the hardware address at the end of one."""
    found = _REALM.search(fact.value[:512])
    if found:
        yield fact.derived(fact.signal, (found[1] or found[2]).strip())
    mac = _REALM_MAC.search(fact.value[:_LONGEST])
    if mac:
        yield fact.derived("mac", mac[1])


def serial_mac(fact: Fact) -> Iterator[Fact]:
    """A serial number that is a hardware address, as many makers have it."""
    text = fact.value.strip()
    found = _MAC_AT_END.match(text)
    if (found and not found["head"]) or _MAC_IN_PARTS.fullmatch(text):
        yield fact.derived("mac", text)


def server(fact: Fact) -> Iterator[Fact]:
    """The value of a whole ``Server:`` line."""
    bare = _SERVER.sub("", fact.value[:512].strip(), count=1)
    if bare != fact.value[:512].strip():
        yield fact.derived(fact.signal, bare)


def name(fact: Fact) -> Iterator[Fact]:
    """The model, the serial number or the hardware address in the name of a host or a service.

    An owner may give any name: a model in one says no more than a title.
    """
    text = fact.value.strip()[:_LONGEST]
    text = text.partition("._" if fact.signal == "mdns.service" else ".")[0].strip()
    found = _MAC_AT_END.match(text)
    if found:
        yield fact.derived("mac", found["mac"])
        text = (found["head"] or "").strip(" _-")
    if _SERIAL.match(text):
        yield fact.derived("serial", text)
    elif TOKEN.match(text) and any(ch.isdigit() for ch in text):
        yield fact.derived("model", text, Voice.BANNER)

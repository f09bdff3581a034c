"""Which knock and which question could still change something, for what is known of a host by now.

Two servers of one sort are one witness (law 7): a second web server raises no grade that the first
has given. So where the maker is beyond doubt, a port is worth a knock only where no witness of its
sort has answered yet, and a question only if it could tell the kind, the model, the label, a finding,
or who the device is. Where the maker is open, nothing is left out that any rule could read.
"""

from dataclasses import dataclass
from typing import Final

from auditor.app.scanning.plan import WORDS_OF, settled, shows_virtual_hosts
from auditor.app.scanning.reading import BRANDS, Reading, is_silent
from auditor.model.facts import Observation
from auditor.model.judgement import Judged
from auditor.model.words import VIDEO_KINDS, Channel, Grade, Kind, Role, Strength
from auditor.probes import ports
from auditor.probes._api import Probe

FINDINGS: Final = frozenset({"rtsp.sdp", "onvif.clock", "onvif.serial"})
"""Signals that are findings by themselves; those of the database come with its rules."""

_WITNESSES: Final = frozenset({"rtsp.auth_realm", "tls.subject"})
"""Signals of witnesses beside the web server: each is heard wherever it can be."""

_IN_PASSING: Final = frozenset({"onvif.envelope"})
"""Signals that come with other answers, so that nothing need be asked for their sake."""

_ONLY_FOR: Final = {"loginpage": frozenset({"http.body"}), "magicbox": frozenset({"serial"})}
"""What a probe is asked for, where that is less than it yields: the title of a family's own login
page is no model, and the realm of the other holds a serial number."""

_STRANGE: Final = frozenset(
    {"isapi.xml", "isapi.device_info", "ssdp.description", "http.auth_realm"}
)
"""What a stranger's web server may say when it is asked in the words of its family."""

_ONVIF_OF: Final = {8899: "xiongmai", 2020: "tp-link"}
"""Ports at which one family alone is known to have its ONVIF service."""

_MAKES: Final = frozenset({Role.MAKER, Role.PLATFORM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What could still change the answer.

    Attributes:
        everything: whatever there is: the maker is open, or contested, or nobody knows the rules.
        signals: where not everything, the signals that could tell something new.
        vendors: whom anything speaks for.
        strangers: whether the web server may be another's than the maker's: it has not said itself
            whose it is, so that it is asked in the words of all families.
    """

    everything: bool = False
    signals: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()
    strangers: bool = False

    def hears(self, *signals: str) -> bool:
        """Whether any of these signals could tell something new."""
        return self.everything or not self.signals.isdisjoint(signals)

    def asks(self, probe: Probe) -> bool:
        """Whether a probe is worth its requests."""
        if self.everything or getattr(probe, "option", None) is not None:
            return True
        family = WORDS_OF.get(probe.name)
        if family is not None and family not in self.vendors:
            return self.strangers
        return self.hears(*_ONLY_FOR.get(probe.name, probe.yields))


EVERYTHING: Final = Wanted(everything=True)


def wanted(judged: Judged, reading: Reading | None) -> Wanted:
    """What could still change the answer for a host.

    Args:
        judged: what is known of it by now.
        reading: what the database could read; None where that is not known.
    """
    if settled(judged):  # a probe that is at work then may still tell the label, or a finding
        notes = reading.findings if reading is not None else frozenset()
        return Wanted(signals=FINDINGS | notes | (BRANDS if judged.brand is None else frozenset()))
    if reading is None or not sure(judged, reading):
        return EVERYTHING
    vendors = frozenset(item.vendor for item in judged.attributions)
    signals = set(reading.details(vendors, model=judged.model is None, brand=judged.brand is None))
    signals = (signals | FINDINGS | _WITNESSES) - _IN_PASSING
    strangers = not _names_itself(judged)
    if strangers:
        signals |= _STRANGE
    if judged.serial is None:
        signals.add("serial")
    return Wanted(signals=frozenset(signals), vendors=vendors, strangers=strangers)


def _names_itself(judged: Judged) -> bool:
    """Whether the web server has shown by itself, and beyond doubt, whose it is.

    One server speaks for one maker: asked in the words of others, it has nothing to say.
    """
    maker = next(item for item in judged.attributions if item.role is Role.MAKER)
    return any(
        one.channel is Channel.HTTP and one.strength is Strength.STRONG and one.signal != "mac"
        for one in maker.because
    )


def sure(judged: Judged, reading: Reading) -> bool:
    """Whether nothing that may still come could change a verdict, under any policy.

    So it is where two independent witnesses named the maker, it builds all that it sells, the device
    is video equipment, and nothing at all hints at another vendor that any regime names.
    """
    makers = [item for item in judged.attributions if item.role is Role.MAKER]
    if not makers or makers[0].grade is not Grade.CONFIRMED:
        return False
    if Kind(judged.kind) not in VIDEO_KINDS or makers[0].vendor not in reading.builders:
        return False
    return not any(
        item.vendor != makers[0].vendor
        and item.role in _MAKES
        and (item.grade is not Grade.POSSIBLE or item.vendor in reading.listed)
        for item in judged.attributions
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Whether a knock is worth its packet, for what is known of a host by now.

    Attributes:
        want: what could still change the answer.
        judged: what is known of it.
        facts: on what that rests.
        reading: what the database could read; None where that is not known.
    """

    want: Wanted
    judged: Judged
    facts: tuple[Observation, ...]
    reading: Reading | None

    def of(self, port: int) -> bool:
        """Whether anything could be learned that matters, if this port were open."""
        if self.reading is None:
            return True
        if is_silent(port):
            return self._of_silent(port, self.reading)
        if self.want.everything:
            return True
        if port in ports.RTSP:
            return not self._has("rtsp.headers")
        if port in ports.HTTPS and not self._has("tls.sha256"):
            return True
        if port in ports.ONVIF and not self._has("onvif.envelope"):
            return self.want.strangers or _ONVIF_OF.get(port) in {None, *self.want.vendors}
        return not self._has_pages()

    def _of_silent(self, port: int, reading: Reading) -> bool:
        """A port to which nothing is said tells by being open, and that only to a rule that reads it.

        A weak word makes a vendor possible, and raises nobody who is more than that.
        """
        vendors = reading.ports.get(port, frozenset())
        if port in reading.telling:
            return True
        if not self.want.everything:
            return ports.is_virtual_host(port) and self._may_be_recorder(vendors)
        return bool(vendors) and (not self._is_likely() or not reading.listed.isdisjoint(vendors))

    def _may_be_recorder(self, vendors: frozenset[str]) -> bool:
        if shows_virtual_hosts(self.judged):
            return False  # its virtual hosts are looked at in any case
        return not vendors.isdisjoint(self.want.vendors)

    def _is_likely(self) -> bool:
        """Whether exactly one maker is more than possible, of what is known to be video equipment."""
        makers = [item for item in self.judged.attributions if item.role is Role.MAKER]
        likely = [item for item in makers if item.grade is not Grade.POSSIBLE]
        return len(likely) == 1 and Kind(self.judged.kind) in VIDEO_KINDS

    def _has_pages(self) -> bool:
        """Whether a web server has answered with more than the way to one that has not."""
        spoke = {one.endpoint for one in self.facts if one.signal == "http.headers"}
        moved = {
            one.endpoint
            for one in self.facts
            if one.signal == "http.location" and one.value.strip().lower().startswith("https:")
        }
        return bool(spoke - moved)

    def _has(self, signal: str) -> bool:
        return any(one.signal == signal for one in self.facts)

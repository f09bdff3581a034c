"""What the operator asks of a scan, checked before anything is sent."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from auditor.model.errors import UsageError
from auditor.model.scope import Scope, Span, address_of, check_size, parse_span, span_text
from auditor.net.system.names import resolve

_PORT_MAX = 65535
SNMP_OPTION = "--snmp"
_TARGET_FILE_CAP = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """The words of ``audit scan``."""

    targets: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    engine: str = "auto"
    rate: int | None = None
    timeout: float | None = None
    site: str | None = None
    interface: str | None = None
    multicast: bool = False
    polite: bool = False
    thorough: bool = False
    rare: bool = False
    snmp: bool = False
    baseline: Path | None = None
    allow_public: bool = False
    credentials: str | None = None

    @property
    def asked_for(self) -> frozenset[str]:
        """The options given that turn probes on."""
        return frozenset({SNMP_OPTION} if self.snmp else ())


async def scope_of(options: ScanOptions) -> Scope:
    """The scope that the targets mean.

    Raises:
        UsageError: a target cannot be read or resolved, is public, or is too much.
    """
    words = [word for target in options.targets for word in _expanded(target)]
    if not words:
        raise UsageError("no target; name an address, prefix, range, host name or @file")
    scope = Scope.of([await _resolved(word) for word in words], options.exclude)
    scope = Scope(spans=scope.spans, excluded=scope.excluded, targets=tuple(options.targets))
    check_size(scope)
    for span in scope.spans:
        _check_span(span, allow_public=options.allow_public)
    return scope


def _expanded(target: str) -> list[str]:
    if not target.startswith("@"):
        return [target]
    path = Path(target[1:])
    try:
        if path.stat().st_size > _TARGET_FILE_CAP:
            raise UsageError(f"{path}: larger than 8 MiB; that is no list of targets")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
    words = []
    for line in text.splitlines():
        word = line.partition("#")[0].strip()
        if word:
            words.append(word)
    return words


async def _resolved(word: str) -> str:
    """The word itself, or the address of a host name."""
    try:
        parse_span(word)
    except UsageError:
        if not looks_like_name(word):
            raise
        return (await resolve(word))[0]
    return word


def looks_like_name(word: str) -> bool:
    """Whether a word may be the name of a host."""
    labels = word.rstrip(".").split(".")
    plain = all(label.replace("-", "").isalnum() for label in labels)
    return plain and any(ch.isalpha() for ch in word)


def _check_span(span: Span, *, allow_public: bool) -> None:
    for number in (span.first, span.last):
        address = address_of(span.version, number)
        if address.is_multicast or address.is_unspecified or address.is_reserved:
            raise UsageError(f"{address} is not the address of a host")
    if allow_public:
        return
    first = address_of(span.version, span.first)
    last = address_of(span.version, span.last)
    if ip_address(str(first)).is_global or ip_address(str(last)).is_global:
        raise UsageError(
            f"{span_text(span)} is public address space; if you are authorised to ask it,"
            " say so with --allow-public"
        )


def parse_ports(text: str) -> tuple[int, ...]:
    """``80,443,8000-8010`` as numbers in the order given.

    Raises:
        UsageError: not ports.
    """
    ports: dict[int, None] = {}
    for part in text.split(","):
        low, dash, high = part.strip().partition("-")
        if not low.isdigit() or (dash and not high.isdigit()):
            raise UsageError(f"--ports {part.strip()!r}: write 80,443 or 8000-8010")
        first, last = int(low), int(high or low)
        if not 1 <= first <= last <= _PORT_MAX:
            raise UsageError(f"--ports {part.strip()!r}: ports run from 1 to {_PORT_MAX}")
        ports.update(dict.fromkeys(range(first, last + 1)))
    if len(ports) > 1024:  # noqa: PLR2004 - a full port scan disturbs cameras
        raise UsageError("--ports: more than 1024 ports is a port scan, which disturbs cameras")
    return tuple(ports)

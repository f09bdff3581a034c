"""The scope: the addresses that the operator authorised, minus the exclusions. Pure."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from auditor.model.errors import UsageError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_SWEEP_LIMIT = 1 << 20
_V6_SWEEP_PREFIX = 112


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """An inclusive run of addresses of one family."""

    version: int
    first: int
    last: int

    def __contains__(self, address: Address) -> bool:
        return address.version == self.version and self.first <= int(address) <= self.last

    @property
    def size(self) -> int:
        """How many addresses it holds."""
        return self.last - self.first + 1


@lru_cache(maxsize=4096)
def read_address(text: str) -> Address:
    """The address that a text names. The same few are looked at again and again.

    Raises:
        ValueError: it names none.
    """
    return ipaddress.ip_address(text)


def parse_span(text: str) -> Span:
    """Read ``10.0.0.7``, ``10.0.0.0/24``, ``10.0.0.1-50``, ``10.0.0.1-10.0.1.9``, IPv6 alike.

    Network and broadcast addresses of an IPv4 prefix shorter than /31 are left out.

    Raises:
        UsageError: not an address, prefix or range; says what was read and what is accepted.
    """
    cleaned = text.strip()
    try:
        if "/" in cleaned:
            return _prefix(cleaned)
        if "-" in cleaned:
            return _range(cleaned)
        address = ipaddress.ip_address(cleaned)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not an address, prefix or range ({error});"
            " write 10.0.0.7, 10.0.0.0/24 or 10.0.0.1-50"
        ) from None
    return Span(version=address.version, first=int(address), last=int(address))


def _prefix(text: str) -> Span:
    network = ipaddress.ip_network(text, strict=False)
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.version == 4 and network.prefixlen < 31:  # noqa: PLR2004 - RFC 3021
        first, last = first + 1, last - 1
    return Span(version=network.version, first=first, last=last)


def _range(text: str) -> Span:
    left, _, right = text.partition("-")
    start = ipaddress.ip_address(left.strip())
    tail = right.strip()
    if tail.isdigit() and start.version == 4:  # noqa: PLR2004 - IP version
        tail = ".".join([*str(start).split(".")[:3], tail])
    end = ipaddress.ip_address(tail)
    if end.version != start.version or int(end) < int(start):
        raise ValueError("the range runs backwards or mixes IPv4 and IPv6")
    return Span(version=start.version, first=int(start), last=int(end))


def address_of(version: int, number: int) -> Address:
    """The address object of a number in a family."""
    return ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number)  # noqa: PLR2004


def text_of(version: int, number: int) -> str:
    """The address of a number in a family, as it is written."""
    if version == 4:  # noqa: PLR2004 - IP version
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return str(ipaddress.IPv6Address(number))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same addresses as sorted spans that do not touch."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and out[-1].version == span.version and span.first <= out[-1].last + 1:
            last = max(out[-1].last, span.last)
            out[-1] = Span(version=span.version, first=out[-1].first, last=last)
        else:
            out.append(span)
    return tuple(out)


def minus(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """``spans`` without the addresses of ``holes``."""
    left = list(merged(spans))
    for hole in merged(holes):
        cut: list[Span] = []
        for span in left:
            if span.version != hole.version or hole.last < span.first or hole.first > span.last:
                cut.append(span)
                continue
            if span.first < hole.first:
                cut.append(Span(version=span.version, first=span.first, last=hole.first - 1))
            if span.last > hole.last:
                cut.append(Span(version=span.version, first=hole.last + 1, last=span.last))
        left = cut
    return tuple(left)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What may be contacted. Everything else may not, whoever suggests it.

    Attributes:
        spans: the authorised addresses, exclusions already removed.
        excluded: what the operator excluded.
        targets: the operator's own words, for the record.
    """

    spans: tuple[Span, ...]
    excluded: tuple[Span, ...] = ()
    targets: tuple[str, ...] = ()

    @classmethod
    def of(cls, targets: Iterable[str], exclude: Iterable[str] = ()) -> "Scope":
        """Build a scope from the operator's words.

        Raises:
            UsageError: a word cannot be read, or nothing is left to scan.
        """
        words = tuple(targets)
        holes = merged(parse_span(text) for text in exclude)
        spans = minus((parse_span(text) for text in words), holes)
        if not spans:
            raise UsageError("nothing to scan: the exclusions leave no address of the targets")
        return cls(spans=spans, excluded=holes, targets=words)

    def __contains__(self, address: str | Address) -> bool:
        try:
            found = read_address(address) if isinstance(address, str) else address
        except ValueError:
            return False
        return any(found in span for span in self.spans)

    def is_excluded(self, address: str | Address) -> bool:
        """Whether the operator excluded this address by name or range."""
        try:
            found = read_address(address) if isinstance(address, str) else address
        except ValueError:
            return False
        return any(found in span for span in self.excluded)

    @cached_property
    def size(self) -> int | None:
        """Addresses in scope; None when an IPv6 span is too wide to be swept."""
        if any(_too_wide(span) for span in self.spans):
            return None
        return sum(span.size for span in self.spans)

    def sweep(self) -> Iterator[tuple[int, int]]:
        """Addresses to be asked one by one: all but IPv6 spans wider than a /112.

        Yields:
            The version and the number of each: objects of 65,000 addresses take half a second.
        """
        for span in self.spans:
            if not _too_wide(span):
                for number in range(span.first, span.last + 1):
                    yield span.version, number

    def covers_network(self, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
        """Whether every host address of a network is in scope and none is excluded.

        Group and broadcast questions may leave only on such networks.
        """
        whole = _prefix(str(network))
        return not minus([whole], self.spans) and not any(
            hole.version == whole.version and hole.first <= whole.last and hole.last >= whole.first
            for hole in self.excluded
        )


def _too_wide(span: Span) -> bool:
    return span.version == 6 and span.size > 1 << (128 - _V6_SWEEP_PREFIX)  # noqa: PLR2004


def check_size(scope: Scope) -> None:
    """Refuse a scope that no one means.

    Raises:
        UsageError: more than about a million addresses would be swept.
    """
    if scope.size is not None and scope.size > _SWEEP_LIMIT:
        raise UsageError(
            f"{scope.size:,} addresses are too many for one scan (limit {_SWEEP_LIMIT:,});"
            " name the camera networks, at most a /12 at a time"
        )


def spans_of(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses as sorted short ranges, ``10.0.0.1-50`` style."""
    points = []
    for text in addresses:
        point = read_address(text)
        points.append(Span(version=point.version, first=int(point), last=int(point)))
    return tuple(span_text(span) for span in merged(points))


def span_text(span: Span) -> str:
    """One span as people write it."""
    first = address_of(span.version, span.first)
    if span.size == 1:
        return str(first)
    last = address_of(span.version, span.last)
    if span.version == 4 and str(first).rsplit(".", 1)[0] == str(last).rsplit(".", 1)[0]:  # noqa: PLR2004
        return f"{first}-{str(last).rsplit('.', 1)[1]}"
    return f"{first}-{last}"

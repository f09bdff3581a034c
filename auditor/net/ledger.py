"""What left this machine: counted always, and kept in part when asked."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from auditor.model.document import Sent

HEAD: Final = 120
"""Bytes of a message that a log line keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was sent.

    Attributes:
        what: ``connect``, ``tls``, ``message``, ``datagram``, ``group``, ``touch``, ``arp``, ``join``.
        address: to whom.
        port: to which port; 0 where there is none.
        probe: on whose behalf.
        head: the first bytes of the message.
    """

    what: str
    address: str
    port: int
    probe: str
    head: bytes = b""


NetLog = Callable[[Line], None]
"""Is told of everything that is sent, as it is sent."""


class Ledger:
    """Counts of a scan.

    A packet here is one message that we hand to the system (a SYN, a datagram, a request, a TLS
    hello, an ARP request); acknowledgements and repeats of the system are not seen. The packets of
    all probes add up to all packets.

    Attributes:
        most_connections: most connections that one host had open at a time.
        most_requests: most requests that one host was sent.
        most_open: most connections open at a time, all hosts together.
    """

    def __init__(self, *, keep: int = 0, netlog: NetLog | None = None) -> None:
        """Start at zero.

        Args:
            keep: how many of the latest lines to keep for :attr:`lines`.
            netlog: is told of each line.
        """
        self._packets = 0
        self._connections = 0
        self._requests = 0
        self._by_probe: Counter[str] = Counter()
        self._lines: deque[Line] = deque(maxlen=keep)
        self._listeners: list[NetLog] = [netlog] if netlog else []
        self.most_connections = 0
        self.most_requests = 0
        self.most_open = 0

    def listen(self, netlog: NetLog) -> None:
        """Tell this one too of each line."""
        self._listeners.append(netlog)

    def packet(self, what: str, address: str, port: int, probe: str, payload: bytes = b"") -> None:
        """Book one packet (see :class:`Line` for the arguments)."""
        self._packets += 1
        self._by_probe[probe] += 1
        if not self._listeners and not self._lines.maxlen:
            return
        line = Line(what=what, address=address, port=port, probe=probe, head=payload[:HEAD])
        self._lines.append(line)
        for listener in self._listeners:
            listener(line)

    def connection(self, address: str, port: int, probe: str) -> None:
        """Book one TCP connection and its first packet."""
        self._connections += 1
        self.packet("connect", address, port, probe)

    def request(self, host_total: int) -> None:
        """Book one request of a host's budget; ``host_total`` includes it."""
        self._requests += 1
        self.most_requests = max(self.most_requests, host_total)

    def in_flight(self, of_host: int, of_all: int) -> None:
        """Note how many connections are open now."""
        self.most_connections = max(self.most_connections, of_host)
        self.most_open = max(self.most_open, of_all)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The latest lines, oldest first; empty unless ``keep`` was given."""
        return tuple(self._lines)

    def sent(self) -> Sent:
        """The counts as they go into the scan document."""
        return Sent(
            packets=self._packets,
            connections=self._connections,
            requests=self._requests,
            by_probe=dict(sorted(self._by_probe.items())),
        )

"""The system's neighbour table as it is: who talked to this machine lately. Sends nothing."""

from collections import Counter
from collections.abc import AsyncIterator

from auditor.discovery._api import Method, Seen, Wish
from auditor.discovery._ground import plain
from auditor.discovery._link import link_sighting
from auditor.model.document import MethodState
from auditor.model.errors import NetError
from auditor.net.api import Net
from auditor.wire import mac


class Neighbours:
    """The method."""

    name = "neighbours"
    engines = frozenset({"native", "nmap"})
    sends = "nothing: reads the system's neighbour table"

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Sight the entries that are in scope."""
        found: Counter[str] = Counter(
            {face.name: 0 for face in net.interfaces() if not face.loopback}
        )
        try:
            table = net.neighbours()
        except NetError as error:
            yield MethodState(method=self.name, state="failed", why=str(error))
            return
        for entry in table:
            hardware = mac.normal(entry.mac)
            address = plain(entry.address)
            if hardware is None or address is None or address not in net.scope:
                continue
            found[entry.interface] += 1
            yield link_sighting(self.name, address, hardware, wish, entry.interface)
        for interface, count in sorted(found.items()):
            yield MethodState(method=self.name, state="ok", interface=interface, found=count)


METHOD: Method = Neighbours()

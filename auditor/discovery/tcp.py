"""A connect sweep where no link shows who is there.

That is beyond a router, on links without hardware addresses, and on the loopback. An open port
proves the host, and so does a refusal. On the loopback it does not: there every address of 127/8
refuses, in use or not, so only an open port counts, and every port is tried.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from auditor.discovery._api import Method, Seen, Wish
from auditor.discovery._ground import Patch, own_addresses
from auditor.discovery._merge import merged, pooled
from auditor.discovery._ports import all_ports, first_ports, port_fact
from auditor.model.document import MethodState
from auditor.model.errors import ConnReset, NetError, Refused
from auditor.model.facts import Observation, Sighting
from auditor.net.api import Net

HOSTS_AT_ONCE = 96
WAIT = 1.5
WAIT_POLITE = 3.0


class Tcp:
    """The method."""

    name = "tcp"
    engines = frozenset({"native"})
    sends = "TCP connect to ports 80, 443, 554 and 8000 of each address that no link shows"

    def __init__(self, *, wait: float | None = None) -> None:
        """Set the deadline of one connect.

        Args:
            wait: seconds; None for the defaults. Above one, so that a lost SYN is sent again.
        """
        self._wait = wait

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Knock at every address that no neighbour table can tell of."""
        lots = await _lots(net, wish)
        if not lots:
            yield MethodState(
                method=self.name, state="skipped", why="the link shows every address in scope"
            )
            return
        async with aclosing(merged(*(self._sweep(net, wish, lot) for lot in lots))) as stream:
            async for seen in stream:
                yield seen

    async def _sweep(self, net: Net, wish: Wish, lot: Patch) -> AsyncIterator[Seen]:
        face = None if lot.interface is None else lot.interface.name
        knocker = _Knocker(
            net=net,
            wish=wish,
            ports=all_ports(wish) if lot.loopback else first_ports(wish),
            wait=self._wait or (WAIT_POLITE if wish.polite else WAIT),
            refusal_counts=not lot.loopback,
        )

        async def ask(address: str) -> Sighting | None:
            facts = await knocker.facts(address)
            if facts is None:
                return None
            return Sighting(address=address, method=self.name, interface=face, observations=facts)

        found = 0
        async for sighting in pooled(lot.addresses, ask, most=HOSTS_AT_ONCE):
            found += 1
            yield sighting
        trouble = knocker.trouble
        yield MethodState(
            method=self.name,
            state="limited" if trouble else "ok",
            interface=face,
            why=f"{len(trouble)} connects failed here: {trouble[0]}" if trouble else None,
            found=found,
        )


async def _lots(net: Net, wish: Wish) -> tuple[Patch, ...]:
    """What to sweep; our own addresses, which the link does not show us, go with the routed ones."""
    lots = [patch for patch in await wish.ground.patches(net) if not patch.ethernet]
    own = tuple(sorted(one for one in own_addresses(net) if one in net.scope))
    routed = tuple(one for lot in lots if lot.interface is None for one in lot.addresses)
    near = [lot for lot in lots if lot.interface is not None]
    far = (*own, *routed)
    return (*near, *((Patch(interface=None, addresses=far),) if far else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Knocker:
    """Knocks at one address after the other.

    Attributes:
        ports: where, best first.
        wait: seconds for one connect.
        refusal_counts: whether a refusal proves the host.
        trouble: failures of our own, filled while it works.
    """

    net: Net
    wish: Wish
    ports: tuple[int, ...]
    wait: float
    refusal_counts: bool
    trouble: list[str] = field(default_factory=list)

    async def facts(self, address: str) -> tuple[Observation, ...] | None:
        """Knock at two ports at a time, since some devices restart on a third connection.

        A port that is not answered soon lets the next one begin, so that a dead host costs little
        more than one deadline.

        Returns:
            The open port that answered first, as an observation; nothing for a host that only
            refused; None for a host that gave no sign.
        """
        signs: list[tuple[Observation, ...]] = []

        def told(port: int, error: NetError | None, _seconds: float) -> bool:
            if error is None:
                signs.append((port_fact(port, Tcp.name, self.wish),))
            elif isinstance(error, Refused | ConnReset) and self.refusal_counts:
                signs.append(())
            elif type(error) is NetError:  # our own failure, such as no file descriptors left
                self.trouble.append(str(error))
            return bool(signs)

        await self.net.knocks(address, self.ports, probe=Tcp.name, wait=self.wait, told=told)
        return signs[0] if signs else None


METHOD: Method = Tcp()

import asyncio
import contextlib
import datetime as dt
import os
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from auditor.model.scope import Scope
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Serving:
    """A server on a loopback address that notes what it saw."""

    def __init__(self):
        self.accepted = 0
        self.now = 0
        self.most = 0
        self.received: list[bytes] = []
        self.port = 0
        self.arrived = asyncio.Condition()

    async def reaches(self, accepted: int) -> None:
        """Wait until so many connections have been accepted."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: self.accepted >= accepted)


@pytest.fixture
async def serve():
    servers = []
    tasks: set[asyncio.Task] = set()

    async def start(handler: Handler, address="127.0.0.2", tls=None) -> Serving:
        seen = Serving()

        async def handle(reader, writer):
            tasks.add(asyncio.current_task())
            seen.accepted += 1
            seen.now += 1
            seen.most = max(seen.most, seen.now)
            async with seen.arrived:
                seen.arrived.notify_all()
            try:
                with contextlib.suppress(OSError):
                    await handler(reader, writer)
            except asyncio.CancelledError:
                pass
            finally:
                seen.now -= 1
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

        server = await asyncio.start_server(handle, address, 0, ssl=tls)
        servers.append(server)
        seen.port = server.sockets[0].getsockname()[1]
        return seen

    yield start
    for task in tasks:
        task.cancel()
    for server in servers:
        server.close()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def make_net() -> AsyncIterator[Callable[..., LiveNet]]:
    made = []

    def make(*targets: str, exclude=(), keep=1000, **options) -> LiveNet:
        limits = Limits(
            **{"connect_timeout": 0.3, "reply_timeout": 0.3, **options.pop("limits", {})}
        )
        net = LiveNet(
            Scope.of(targets or ("127.0.0.2-8",), exclude),
            limits=limits,
            ledger=Ledger(keep=keep),
            **options,
        )
        made.append(net)
        return net

    yield make
    for net in made:
        await net.close()


@pytest.fixture
def open_files():
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - one descriptor, not an iterator's

    return count


@pytest.fixture(scope="session")
def old_certificate(tmp_path_factory):
    """A self-signed certificate with a key that a modern default refuses."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "old camera")])
    start = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "old.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path, certificate.public_bytes(serialization.Encoding.DER)


@pytest.fixture
def server_tls(old_certificate):
    def make(version: str | None = None) -> ssl.SSLContext:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.set_ciphers("ALL:@SECLEVEL=0")
        tls.load_cert_chain(old_certificate[0])
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tls.minimum_version = tls.maximum_version = ssl.TLSVersion[version]
        return tls

    return make

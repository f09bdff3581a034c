"""What the scan is measured against: commands, where they come from, and how their finds are counted.

Packages from the index get a throw-away environment each, under ``~/.cache/auditor-bench``.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CACHE: Final = Path.home() / ".cache" / "auditor-bench"
PORTS: Final = "80,443,554,8000,37777"
PORTS_V: Final = "80,443,554,8000,8080,37777"
_ADDRESS: Final = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_INSTALL_SECONDS: Final = 180

_WSD: Final = """
from wsdiscovery.discovery import ThreadedWSDiscovery
w = ThreadedWSDiscovery(); w.start()
for s in w.searchServices(timeout=4): print(*s.getXAddrs())
w.stop()
"""
_ZEEP: Final = """
import sys
from concurrent.futures import ThreadPoolExecutor
from onvif import ONVIFCamera
def ask(host):
    try:
        ONVIFCamera(host, 80, "", "").create_devicemgmt_service().GetDeviceInformation()
    except Exception:
        return
    print(host, flush=True)
with ThreadPoolExecutor(16) as pool:
    list(pool.map(ask, sys.argv[1:]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One way of doing the same job, or a part of it.

    Attributes:
        name: in the table.
        does: what of the job it does.
        command: gives the words for a network and the addresses of its devices.
        lack: says why it cannot run here; None when it can.
        widest: the longest prefix length that it is tried on; larger networks are left out.
        runs: most runs; slow ones are run once.
        seconds: it is stopped after that.
        crowd: it runs against crowds, and only there.
    """

    name: str
    does: str
    command: Callable[[str, tuple[str, ...]], list[str]]
    lack: Callable[[], str | None]
    widest: int = 24
    runs: int = 99
    seconds: float = 300.0
    crowd: bool = False


def found_by(text: str, devices: frozenset[str]) -> int:
    """How many of the devices a peer's output names."""
    return len(devices & set(_ADDRESS.findall(text)))


def _binary(name: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(name) else f"{name} is not installed"


def _package(name: str, *more: str) -> Callable[[], str | None]:
    """Installs the package into an environment of its own, once."""

    def lack() -> str | None:
        place = _venv(name)
        if (place / "ready").exists():
            return None
        python = place / "bin" / "python"
        words = ["uv", "pip", "install", "-q", "--python", str(python), name, *more]
        try:
            for command in (["uv", "venv", "-q", "--python", sys.executable, str(place)], words):
                done = subprocess.run(
                    command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
                )
                if done.returncode:
                    return f"cannot be installed: {done.stderr.strip()[-120:]}"
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"cannot be installed: {error}"
        (place / "ready").touch()
        return None

    return lack


def _venv(name: str) -> Path:
    return CACHE / "venvs" / name.replace("==", "-")


def _python(name: str, script: str) -> list[str]:
    return [str(_venv(name) / "bin" / "python"), "-c", script]


_ONVIF_SCANNER: Final = "onvif-scanner==0.2.0"
_BRAINFRAME: Final = "brainframe-onvif-tools==0.5.8"
_WSDISCOVERY: Final = "WSDiscovery==2.1.2"
_ONVIF_ZEEP: Final = "onvif-zeep==0.2.12"

PEERS: Final[tuple[Peer, ...]] = (
    Peer(
        name="nmap -sn",
        does="hosts only",
        command=lambda network, _: ["nmap", "-n", "-sn", network],
        lack=_binary("nmap"),
        widest=16,
    ),
    Peer(
        name="nmap, five ports",
        does="hosts, ports",
        command=lambda network, _: ["nmap", "-n", "-p", PORTS, network],
        lack=_binary("nmap"),
        widest=20,
    ),
    Peer(
        name="nmap -sV --version-light, six ports",
        does="hosts, ports, services",
        command=lambda network, _: ["nmap", "-n", "-sV", "--version-light", "-p", PORTS_V, network],
        lack=_binary("nmap"),
        runs=1,
        seconds=900,
    ),
    Peer(
        name="masscan, five ports, 2,000/s",
        does="ports",
        command=lambda network, _: [
            *("masscan", network, "-p", PORTS, "--rate", "2000", "--wait", "2"),
            *("-e", "eth0", "--router-mac", "ff-ff-ff-ff-ff-ff"),
        ],
        lack=_binary("masscan"),
        widest=22,
        seconds=60,
        # It asks no one for hardware addresses and sends all to one; only a crowd takes such frames.
        crowd=True,
    ),
    Peer(
        name="WSDiscovery 2.1.2",
        does="WS-Discovery",
        command=lambda *_: _python(_WSDISCOVERY, _WSD),
        lack=_package(_WSDISCOVERY),
        runs=3,
    ),
    Peer(
        name="onvif-scanner 0.2.0",
        does="WS-Discovery, ONVIF",
        command=lambda *_: [str(_venv(_ONVIF_SCANNER) / "bin" / "onvif-scan"), "--output", "json"],
        lack=_package(_ONVIF_SCANNER, "rich", "click"),
        runs=1,
    ),
    Peer(
        name="brainframe-onvif-tools 0.5.8",
        does="WS-Discovery, SADP, ports",
        command=lambda network, _: [
            *(str(_venv(_BRAINFRAME) / "bin" / "brainframe-onvif-tools"), "discover"),
            *("--auto", "--subnet", network, "--output", "/dev/null"),
        ],
        lack=_package(_BRAINFRAME),
        runs=1,
    ),
    Peer(
        name="onvif-zeep 0.2.12, ONVIFCamera for each device, 16 at a time",
        does="ONVIF; told where the devices are",
        command=lambda _, devices: [*_python(_ONVIF_ZEEP, _ZEEP), *devices],
        lack=_package(_ONVIF_ZEEP),
        runs=1,
    ),
)

"""systemd units as text. Nothing here touches the machine.

The service may open raw sockets and do nothing else that root may: it runs as its own user with
one capability, and sees the file system read-only but for its state, its cache and the folders
that the configuration names.
"""

from pathlib import Path
from typing import Final

from auditor.schedule import credential
from auditor.schedule.files import MARK, File
from auditor.schedule.job import CACHE, ENVIRONMENT, STATE, USER, Job

SYSTEM_UNITS: Final = Path("/etc/systemd/system")
SERVICE: Final = "auditor.service"
TIMER: Final = "auditor.timer"
_DOC: Final = "man:audit-run(1) man:audit-schedule(1)"
_SUCCESS: Final = "10 11 12"
"""Something covered, something indeterminate, scan incomplete: findings, not failures."""

_IDENTITY: Final = f"""\
User={USER}
Group={USER}
UMask=0027
StateDirectory={STATE.name}
StateDirectoryMode=0750
CacheDirectory={CACHE.name}
AmbientCapabilities=CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_RAW
"""
_SHARED_SANDBOX: Final = """\
NoNewPrivileges=true
LockPersonality=true
MemoryDenyWriteExecute=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""
_SYSTEM_SANDBOX: Final = """\
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
PrivateDevices=true
PrivateMounts=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
RemoveIPC=true
KeyringMode=private
DevicePolicy=closed
"""
SYSUSERS: Final = f"""\
# {MARK}
u {USER} - "Camera auditor" {STATE}
"""


def system_files(job: Job) -> tuple[File, ...]:
    """Service, timer and user for the machine, started by ``systemctl enable --now``."""
    return (
        File(path=SYSTEM_UNITS / SERVICE, text=service(job)),
        File(path=SYSTEM_UNITS / TIMER, text=timer(job)),
        File(path=Path("/etc/sysusers.d/auditor.conf"), text=SYSUSERS),
        File(
            path=SYSTEM_UNITS / "timers.target.wants" / TIMER,
            text="",
            link=SYSTEM_UNITS / TIMER,
        ),
    )


def user_files(job: Job, units: Path) -> tuple[File, ...]:
    """Service and timer for one person, without raw sockets; ``units`` is their folder."""
    return (
        File(path=units / SERVICE, text=user_service(job)),
        File(path=units / TIMER, text=timer(job)),
        File(path=units / "timers.target.wants" / TIMER, text="", link=units / TIMER),
    )


def service(job: Job) -> str:
    """The service that runs as its own user with ``CAP_NET_RAW`` alone."""
    environment = "".join(f"Environment={name}={text}\n" for name, text in ENVIRONMENT.items())
    return (
        _head("[Unit]", "Nightly camera audit")
        + f"Documentation={_DOC}\n"
        + "Wants=network-online.target\nAfter=network-online.target time-sync.target\n\n"
        + _run(job)
        + environment
        + _credentials(job)
        + f"\n{_IDENTITY}"
        + _writable(job)
        + f"\n{_SYSTEM_SANDBOX}{_SHARED_SANDBOX}"
    )


def user_service(job: Job) -> str:
    """The service of one person: their state folder, no capability, what sandbox a user may ask."""
    return (
        _head("[Unit]", "Nightly camera audit of this user")
        + f"Documentation={_DOC}\n\n"
        + _run(job)
        + f"\nUMask=0027\n{_SHARED_SANDBOX}"
    )


def timer(job: Job) -> str:
    """The timer: local time, a random part that is the same each night, missed runs made up."""
    return (
        _head("[Unit]", "Nightly camera audit")
        + f"Documentation={_DOC}\n\n"
        + "[Timer]\n"
        + f"OnCalendar=*-*-* {job.hour:02}:{job.minute:02}:00\n"
        + f"RandomizedDelaySec={job.delay}min\n"
        + "FixedRandomDelay=true\n"
        + "AccuracySec=1min\n"
        + "Persistent=true\n\n"
        + "[Install]\nWantedBy=timers.target\n"
    )


def _head(section: str, about: str) -> str:
    return f"# {MARK}\n{section}\nDescription={about}\n"


def _run(job: Job) -> str:
    words = " ".join((*job.program, "run", "--config", str(job.config), "--quiet", "--json-logs"))
    return (
        "[Service]\n"
        "Type=notify\n"
        "NotifyAccess=main\n"
        f"ExecStart={words}\n"
        f"SuccessExitStatus={_SUCCESS}\n"
        "SyslogIdentifier=auditor\n"
        "TimeoutStartSec=10min\n"  # until the history is open, and migrated after an upgrade
        "TimeoutStopSec=5min\n"  # what was judged is still reported when a run is ended
        f"RuntimeMaxSec={job.limit}min\n"
        "WatchdogSec=5min\n"
        "Nice=10\n"
    )


def _credentials(job: Job) -> str:
    """One credential a secret file.

    The empty default keeps the night alive when a file is missing: the alert that needs it is
    queued and says so, the others and the scan go on.
    """
    lines = []
    for path in job.secrets:
        name = credential.name_of(path)
        lines.append(f"LoadCredential={name}:{path}\nSetCredential={name}:\\n\n")
    return "".join(lines)


def _writable(job: Job) -> str:
    return "".join(f"ReadWritePaths=-{path}\n" for path in job.writable)

"""A crontab as text, for machines without systemd."""

import hashlib
from pathlib import Path
from typing import Final

from auditor.schedule.files import MARK, File
from auditor.schedule.job import ENVIRONMENT, STATE, USER, Job

CRONTAB: Final = Path("/etc/cron.d/auditor")
_DAY: Final = 24 * 60


def files(job: Job, machine: str) -> tuple[File, ...]:
    """The one file that cron reads. ``machine`` is any text that differs between machines."""
    return (File(path=CRONTAB, text=crontab(job, machine)),)


def crontab(job: Job, machine: str) -> str:
    """One line a night, as its own user with ``CAP_NET_RAW`` alone.

    cron knows no random delay, so the minutes are drawn once from ``machine``. It needs no lock:
    ``audit run`` takes its own. What the run says goes to root by mail.
    """
    hour, minute = start(job, machine)
    caps = "-all,+net_raw"
    words = (
        f"setpriv --reuid={USER} --regid={USER} --init-groups --inh-caps={caps}"
        f" --ambient-caps={caps} --bounding-set={caps} --no-new-privs --"
        f" {' '.join(job.program)} run --config {job.config} --quiet"
    )
    environment = "".join(f"{name}={text}\n" for name, text in ENVIRONMENT.items())
    return (
        f"# {MARK}\n"
        f"# {job.hour:02}:{job.minute:02} and {_told(hour, minute, job)} drawn for this machine."
        " A run missed while the machine was off is not made up.\n"
        "SHELL=/bin/sh\n"
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
        "MAILTO=root\n"
        f"HOME={STATE}\n"
        f"{environment}"
        f"{minute} {hour} * * * root {words}\n"
    )


def start(job: Job, machine: str) -> tuple[int, int]:
    """Hour and minute at which this machine begins."""
    seed = hashlib.sha256(machine.encode()).digest()
    part = int.from_bytes(seed[:4], "big") % (job.delay + 1)
    hour, minute = divmod((job.hour * 60 + job.minute + part) % _DAY, 60)
    return hour, minute


def _told(hour: int, minute: int, job: Job) -> str:
    part = (hour * 60 + minute - job.hour * 60 - job.minute) % _DAY
    return f"{part} minutes" if part != 1 else "1 minute"

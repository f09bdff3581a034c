import re
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.schedule import credential, systemd
from auditor.schedule.job import Job

TRUE = shutil.which("true") or "/bin/true"
JOB = Job(
    config=Path("/etc/auditor/auditor.toml"),
    program=(TRUE,),
    hour=3,
    minute=5,
    delay=45,
    limit=300,
    writable=(Path("/srv/reports"),),
    secrets=(Path("/etc/auditor/mail.url"),),
)


def settings(text):
    """Key → every value of it, in order."""
    found = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def analysed(*words):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run([tool, *words], capture_output=True, text=True, timeout=60, check=False)


def test_the_service_may_open_raw_sockets_and_has_no_other_capability():
    told = settings(systemd.service(JOB))
    assert told["AmbientCapabilities"] == told["CapabilityBoundingSet"] == ["CAP_NET_RAW"]
    assert told["User"] == ["auditor"]
    assert told["NoNewPrivileges"] == ["true"]


def test_findings_are_no_failures_for_the_supervisor():
    told = settings(systemd.service(JOB))
    assert set(told["SuccessExitStatus"][0].split()) == {"10", "11", "12"}


def test_the_service_is_watched_and_ends_in_bounded_time():
    told = settings(systemd.service(JOB))
    assert told["Type"] == ["notify"]
    assert told["WatchdogSec"] == ["5min"]
    assert told["RuntimeMaxSec"] == ["300min"]


def test_it_writes_only_its_state_and_what_the_configuration_names():
    told = settings(systemd.service(JOB))
    assert told["ProtectSystem"] == ["strict"]
    assert told["StateDirectory"] == ["auditor"]
    assert told["ReadWritePaths"] == ["-/srv/reports"]


def test_a_secret_file_becomes_a_credential_with_an_empty_default():
    told = settings(systemd.service(JOB))
    assert told["LoadCredential"] == ["etc-auditor-mail.url:/etc/auditor/mail.url"]
    assert told["SetCredential"] == ["etc-auditor-mail.url:\\n"]


def test_the_timer_makes_up_for_missed_nights_and_spreads_appliances():
    told = settings(systemd.timer(JOB))
    assert told["OnCalendar"] == ["*-*-* 03:05:00"]
    assert told["RandomizedDelaySec"] == ["45min"]
    assert told["Persistent"] == ["true"]


def test_a_users_service_asks_for_nothing_that_needs_root():
    told = settings(systemd.user_service(JOB))
    for key in ("User", "AmbientCapabilities", "StateDirectory", "ProtectSystem"):
        assert key not in told


def test_systemd_itself_rates_the_service_ok(tmp_path):
    unit = tmp_path / systemd.SERVICE
    unit.write_text(systemd.service(JOB))
    done = analysed("security", "--offline=true", "--threshold=50", str(unit))
    assert done.returncode == 0, done.stdout[-300:]
    level = re.search(r"Overall exposure level for \S+: ([\d.]+) (\w+)", done.stdout)
    assert level
    assert level[2] == "OK"
    assert float(level[1]) < 2


def test_without_its_sandbox_systemd_rates_it_worse(tmp_path):
    unit = tmp_path / systemd.SERVICE
    bare = "\n".join(
        line
        for line in systemd.service(JOB).splitlines()
        if not line.startswith(("Protect", "Sys"))
    )
    unit.write_text(bare)
    assert analysed("security", "--offline=true", "--threshold=20", str(unit)).returncode != 0


def test_systemd_itself_finds_nothing_wrong_with_the_units(tmp_path):
    # The manual pages are the package's; without them verify complains of man, not of the unit.
    for name, text in (
        (systemd.SERVICE, systemd.service(JOB)),
        (systemd.TIMER, systemd.timer(JOB)),
    ):
        kept = [line for line in text.splitlines() if not line.startswith("Documentation=")]
        (tmp_path / name).write_text("\n".join(kept))
    done = analysed("verify", str(tmp_path / systemd.SERVICE), str(tmp_path / systemd.TIMER))
    assert "auditor" not in done.stderr
    assert done.returncode == 0, done.stderr


def test_systemd_itself_would_say_what_is_wrong(tmp_path):
    bad = systemd.service(JOB).replace("Type=notify", "Type=nothing").replace(TRUE, "/no/such")
    (tmp_path / systemd.SERVICE).write_text(bad)
    done = analysed("verify", str(tmp_path / systemd.SERVICE))
    assert done.returncode != 0


def test_a_secret_is_read_from_systemds_copy(tmp_path):
    path = Path("/etc/auditor/mail.url")
    (tmp_path / credential.name_of(path)).write_text("mailto://x\n")
    there = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert credential.place(path, there) == tmp_path / "etc-auditor-mail.url"


@pytest.mark.parametrize("text", ["\n", "", None])
def test_an_empty_or_absent_copy_counts_as_none(tmp_path, text):
    path = Path("/etc/auditor/mail.url")
    if text is not None:
        (tmp_path / credential.name_of(path)).write_text(text)
    assert credential.place(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == path
    assert credential.place(path, {}) == path

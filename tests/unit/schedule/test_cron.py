import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from auditor.schedule import cron
from auditor.schedule.job import Job

CONFIG = Path("/etc/auditor/auditor.toml")


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 720), st.text(max_size=40))
def test_a_machine_begins_within_its_delay(hour, minute, delay, machine):
    job = Job(config=CONFIG, hour=hour, minute=minute, delay=delay)
    then = cron.start(job, machine)
    late = (then[0] * 60 + then[1] - hour * 60 - minute) % (24 * 60)
    assert 0 <= late <= delay
    assert cron.start(job, machine) == then


def test_machines_begin_at_different_minutes():
    job = Job(config=CONFIG, delay=60)
    assert len({cron.start(job, f"machine {n}") for n in range(40)}) > 10


def test_the_line_is_one_that_cron_reads():
    text = cron.crontab(Job(config=CONFIG), "m")
    *head, last = text.splitlines()
    assert text.endswith("\n")
    assert "%" not in last
    assert re.match(r"\d+ \d+ \* \* \* root setpriv ", last)
    assert last.endswith("/usr/bin/audit run --config /etc/auditor/auditor.toml --quiet")
    assert all(line.startswith("#") or re.match(r"[A-Z_]+=\S+$", line) for line in head)


def test_the_run_keeps_one_capability_and_leaves_root():
    last = cron.crontab(Job(config=CONFIG), "m").splitlines()[-1]
    for word in ("--reuid=auditor", "--bounding-set=-all,+net_raw", "--no-new-privs"):
        assert word in last

"""``audit schedule`` into a folder that plays the machine's file system."""

from pathlib import Path

import pytest

from auditor.app.appliance import scheduling
from auditor.cli.main import run
from auditor.model.errors import UsageError

CONFIG = """
[[network]]
name = "a"
targets = ["192.0.2.0/28"]
max_minutes = 30
[[network]]
name = "b"
targets = ["192.0.2.16/28"]
max_minutes = 45
[policy]
name = "us-procurement"
[report]
directory = "/srv/reports"
[[alert]]
url_file = "/etc/auditor/mail.url"
[health]
metrics = "/var/lib/auditor/metrics/a.prom"
"""


@pytest.fixture
def machine(tmp_path):
    """A file system with systemd and a configuration."""
    (tmp_path / "usr/lib/systemd").mkdir(parents=True)
    (tmp_path / "usr/lib/systemd/systemd").touch()
    (tmp_path / "etc/auditor").mkdir(parents=True)
    (tmp_path / "etc/auditor/auditor.toml").write_text(CONFIG)
    return tmp_path


def files_of(machine):
    return {str(p.relative_to(machine)) for p in machine.rglob("*") if not p.is_dir()}


def schedule(machine, word, *more):
    return run(["schedule", word, "--root", str(machine), *more])


def test_install_then_remove_leaves_the_machine_as_it_was(machine, capsys):
    before = files_of(machine)
    assert schedule(machine, "install") == 0
    assert "etc/systemd/system/auditor.timer" in files_of(machine)
    assert (machine / "etc/systemd/system/timers.target.wants/auditor.timer").is_symlink()
    assert schedule(machine, "remove") == 0
    assert files_of(machine) == before


def test_print_writes_nothing_and_shows_what_install_would_write(machine, capsys):
    before = files_of(machine)
    assert schedule(machine, "print", "--at", "04:15") == 0
    shown = capsys.readouterr().out
    assert files_of(machine) == before
    schedule(machine, "install", "--at", "04:15")
    for name in ("auditor.service", "auditor.timer"):
        assert (machine / "etc/systemd/system" / name).read_text() in shown


def test_the_service_is_fitted_to_the_configuration(machine):
    schedule(machine, "install")
    text = (machine / "etc/systemd/system/auditor.service").read_text()
    assert "RuntimeMaxSec=135min" in text  # both networks and an hour
    assert "ReadWritePaths=-/srv/reports" in text
    assert "metrics" not in text  # below the state folder already
    assert "LoadCredential=etc-auditor-mail.url:/etc/auditor/mail.url" in text
    assert "ExecStart=/usr/bin/audit run --config /etc/auditor/auditor.toml" in text
    assert str(machine) not in text


def test_paths_relative_to_the_configuration_are_those_of_the_machine(machine):
    place = machine / "etc/auditor/auditor.toml"
    place.write_text(CONFIG.replace("/srv/reports", "reports"))
    schedule(machine, "install")
    text = (machine / "etc/systemd/system/auditor.service").read_text()
    assert "ReadWritePaths=-/etc/auditor/reports" in text


def test_networks_side_by_side_take_as_long_as_the_longest(machine):
    place = machine / "etc/auditor/auditor.toml"
    place.write_text(f"{CONFIG}\n[run]\nside_by_side = true\n")
    schedule(machine, "install")
    assert "RuntimeMaxSec=105min" in (machine / "etc/systemd/system/auditor.service").read_text()


def test_a_machine_without_systemd_gets_a_crontab(machine, capsys):
    (machine / "usr/lib/systemd/systemd").unlink()
    assert schedule(machine, "install") == 0
    assert (machine / "etc/cron.d/auditor").is_file()
    assert "apt install cron" in capsys.readouterr().out


def test_timer_and_crontab_never_stand_side_by_side(machine):
    schedule(machine, "install", "--kind", "cron")
    schedule(machine, "install", "--kind", "systemd")
    assert not (machine / "etc/cron.d/auditor").exists()
    schedule(machine, "install", "--kind", "cron")
    assert not (machine / "etc/systemd/system/auditor.timer").exists()


def test_a_crontab_of_somebody_else_stays(machine, capsys):
    place = machine / "etc/cron.d/auditor"
    place.parent.mkdir(parents=True)
    place.write_text("0 0 * * * root mine\n")
    assert schedule(machine, "install", "--kind", "cron") == 1
    schedule(machine, "remove")
    assert place.read_text() == "0 0 * * * root mine\n"


@pytest.mark.parametrize("place", ["/home/me/reports", "/root/reports", "/tmp/reports"])
def test_a_folder_that_the_service_cannot_see_is_refused(machine, capsys, place):
    config = machine / "etc/auditor/auditor.toml"
    config.write_text(CONFIG.replace("/srv/reports", place))
    assert schedule(machine, "install") == 2
    assert "does not see" in capsys.readouterr().err
    assert not (machine / "etc/systemd").exists()


def test_a_bad_configuration_installs_nothing(machine, capsys):
    (machine / "etc/auditor/auditor.toml").write_text("[[network]]\nnam = 1\n")
    assert schedule(machine, "install") == 2
    assert "auditor.toml:2" in capsys.readouterr().err
    assert not (machine / "etc/systemd").exists()


def test_what_is_left_to_do_is_told(machine, capsys):
    schedule(machine, "install")
    told = capsys.readouterr().out
    assert "to do: install -d -o auditor -g auditor -m 750 /srv/reports" in told
    assert "to do: write /etc/auditor/mail.url" in told


def test_status_gives_0_and_says_what_is_installed(machine, capsys):
    assert schedule(machine, "status") == 0
    assert "installed: no" in capsys.readouterr().out
    schedule(machine, "install")
    capsys.readouterr()
    assert schedule(machine, "status") == 0
    told = capsys.readouterr().out
    assert "installed: systemd" in told
    assert "last run of a: none yet" in told


def test_status_works_without_a_configuration(machine, capsys):
    (machine / "etc/auditor/auditor.toml").unlink()
    assert schedule(machine, "status") == 0
    assert "last runs: not known" in capsys.readouterr().out


def test_the_units_of_the_package_count_once_they_are_enabled(machine, capsys):
    packaged = machine / "lib/systemd/system/auditor.timer"
    packaged.parent.mkdir(parents=True)
    packaged.write_text("[Timer]\n")
    schedule(machine, "status")
    assert "installed: no" in capsys.readouterr().out
    link = machine / "etc/systemd/system/timers.target.wants/auditor.timer"
    link.parent.mkdir(parents=True)
    link.symlink_to("/lib/systemd/system/auditor.timer")
    schedule(machine, "status")
    assert "installed: systemd" in capsys.readouterr().out


def test_an_unknown_kind_is_refused():
    with pytest.raises(UsageError, match="--kind at"):
        scheduling.kind_of("at", Path("/"))

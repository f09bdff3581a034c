"""The nmap method, against a stand-in for the binary; the real one runs in tests/lab."""

import asyncio
import os
import sys
import textwrap

import pytest

from auditor.discovery import _nmap_run
from auditor.discovery.nmap import METHOD, MISSING, Nmap
from auditor.net.api import Neighbour
from tests.unit.discovery.fakes import (
    FakeNet,
    face,
    facts,
    loopback,
    run,
    sightings,
    states,
    wish,
)

HEAD = '<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" args="nmap">'
TAIL = (
    '<runstats><finished time="1" timestr="x" elapsed="1"/>'
    '<hosts up="1" down="0" total="1"/></runstats></nmaprun>'
)
HIK = "58:50:ED:1F:E3:85"


def host(address, mac=None, state="up", ports=()):
    hardware = f'<address addr="{mac}" addrtype="mac" vendor="X"/>' if mac else ""
    rows = "".join(
        f'<port protocol="tcp" portid="{port}"><state state="open" reason="syn-ack"/></port>'
        for port in ports
    )
    return (
        f'<host><status state="{state}" reason="arp-response"/>'
        f'<address addr="{address}" addrtype="ipv4"/>{hardware}'
        f"<hostnames></hostnames><ports>{rows}</ports></host>"
    )


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Installs a program in the place of nmap; each run notes its arguments and pid."""

    def install(body: str):
        program = tmp_path / "nmap"
        program.write_text(
            f"#!{sys.executable} -IS\n"
            + textwrap.dedent(
                f"""
                import os, sys, time
                if sys.argv[1:] == ["-V"]:
                    print("Nmap version 7.93 ( https://nmap.org )"); sys.exit()
                log = open({str(tmp_path / "runs")!r}, "a")
                log.write(" ".join(sys.argv[1:]) + "\\n"); log.close()
                open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
                targets = [one for one in sys.argv if one.count(".") == 3]
                number = sum(1 for _ in open({str(tmp_path / "runs")!r}))
                """
            )
            + textwrap.dedent(body)
        )
        program.chmod(0o755)
        monkeypatch.setattr(_nmap_run, "binary", lambda: str(program))
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return lambda: (tmp_path / "runs").read_text().splitlines()

    return install


def prints(text: str) -> str:
    return f"print({text!r})"


ROOT = Nmap(privileged=True)


async def test_hosts_and_hardware_addresses_come_from_the_xml(stand_in):
    runs = stand_in(prints(HEAD + host("10.0.0.5", HIK) + host("10.0.0.6", state="down") + TAIL))
    seen = await run(ROOT, FakeNet.of("10.0.0.0/29"), wish(engine="nmap"))
    (sighting,) = sightings(seen)
    assert (sighting.address, sighting.mac) == ("10.0.0.5", HIK.lower())
    assert facts(sighting) == {"mac": HIK.lower()}
    assert sighting.observations[0].endpoint == "link"
    (state,) = states(seen)
    assert (state.state, state.interface, state.found) == ("ok", "eth0", 1)
    assert "estimate" in state.why
    (line,) = runs()
    assert line.startswith(
        "-n -sn -PR --max-rate 2000 --max-retries 1 --host-timeout 30s -oX - 10."
    )


async def test_only_the_scope_is_ever_a_target_and_in_small_batches(stand_in):
    runs = stand_in(prints(HEAD + TAIL))
    net = FakeNet.of("10.0.0.0/22", exclude=["10.0.0.7"], faces=(face("eth0", "10.0.0.1/22"),))
    await run(ROOT, net)
    targets = [[word for word in line.split() if word.count(".") == 3] for line in runs()]
    assert max(len(batch) for batch in targets) <= 256
    flat = [one for batch in targets for one in batch]
    assert "10.0.0.7" not in flat
    assert len(flat) == len(set(flat)) == 1020
    assert all(one in net.scope for one in flat)


async def test_a_host_that_was_not_asked_for_is_ignored(stand_in):
    stand_in(prints(HEAD + host("192.168.9.9", HIK) + host("10.0.0.5") + TAIL))
    seen = await run(ROOT, FakeNet.of("10.0.0.0/29"))
    assert [one.address for one in sightings(seen)] == ["10.0.0.5"]


async def test_a_hardware_address_of_a_routed_host_is_not_believed(stand_in):
    runs = stand_in(prints(HEAD + host("10.9.0.5", HIK) + TAIL))
    (sighting,) = sightings(await run(ROOT, FakeNet.of("10.9.0.0/29")))
    assert (sighting.mac, sighting.observations) == (None, ())
    assert "-PS80,443,554,8000" in runs()[0]


async def test_on_the_loopback_only_an_open_port_counts(stand_in):
    runs = stand_in(prints(HEAD + host("127.0.0.2") + host("127.0.0.3", ports=(37777,)) + TAIL))
    seen = await run(ROOT, FakeNet.of("127.0.0.0/29", faces=(loopback(),)))
    (sighting,) = sightings(seen)
    assert facts(sighting) == {"port.open": "tcp/37777"}
    assert "-sT" in runs()[0]


async def test_output_that_breaks_off_loses_neither_earlier_batches_nor_written_hosts(stand_in):
    whole = HEAD + host("10.0.0.5", HIK) + TAIL
    cut = HEAD + host("10.0.1.9", HIK) + '<host><status state="up"'
    stand_in(f"print({whole!r} if number == 1 else {cut!r})")
    net = FakeNet.of("10.0.0.0/23")
    net.faces = (FakeNet.of("10.0.0.1").faces[0],)
    seen = await run(ROOT, FakeNet.of("10.0.0.0/24", "10.0.1.0/24", faces=()))
    assert {one.address for one in sightings(seen)} == {"10.0.0.5", "10.0.1.9"}
    (state,) = states(seen)
    assert state.state == "limited"
    assert "broke off" in state.why


async def test_an_nmap_that_fails_makes_the_state_failed_with_its_own_words(stand_in):
    stand_in(
        "print('You requested a scan type which requires root.', file=sys.stderr); sys.exit(1)"
    )
    (state,) = states(await run(ROOT, FakeNet.of("10.0.0.0/29")))
    assert state.state == "failed"
    assert "requires root" in state.why


async def test_entities_in_the_output_are_refused(stand_in):
    bomb = '<!DOCTYPE nmaprun [<!ENTITY a "10.0.0.5">]>' + HEAD[HEAD.index("<nmaprun") :]
    stand_in(prints(bomb + host("&a;") + TAIL))
    assert sightings(await run(ROOT, FakeNet.of("10.0.0.0/29"))) == []


async def test_without_privilege_the_neighbour_table_tells_what_nmap_cannot(stand_in):
    runs = stand_in(prints(HEAD + host("10.0.0.5") + TAIL))
    table = [
        Neighbour(address="10.0.0.5", mac=HIK.lower(), interface="eth0"),
        Neighbour(address="10.0.0.6", mac="58:50:ed:1f:e3:86", interface="eth0"),
        Neighbour(address="10.0.0.9", mac="58:50:ed:1f:e3:87", interface="eth0"),
    ]
    seen = await run(Nmap(privileged=False), FakeNet.of("10.0.0.0/29", table=table))
    assert {one.address: one.mac for one in sightings(seen)} == {
        "10.0.0.5": "58:50:ed:1f:e3:85",
        "10.0.0.6": "58:50:ed:1f:e3:86",
    }
    (state,) = states(seen)
    assert state.state == "limited"
    assert "sudo" in state.why
    assert "--unprivileged" in runs()[0]


async def test_without_the_binary_the_state_is_unavailable_with_a_remedy(monkeypatch):
    monkeypatch.setattr(_nmap_run, "binary", lambda: None)
    (state,) = states(await run(METHOD, FakeNet.of("10.0.0.0/29")))
    assert (state.state, state.why) == ("unavailable", MISSING)


async def test_cancelling_kills_nmap(stand_in, tmp_path):
    stand_in("time.sleep(60)")
    task = asyncio.create_task(run(ROOT, FakeNet.of("10.0.0.0/29")))
    pid_file = tmp_path / "pid"
    for _ in range(500):
        if pid_file.exists() and pid_file.read_text():
            break
        await asyncio.sleep(0.01)
    pid = int(pid_file.read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_run_over_its_deadline_is_killed(stand_in):
    stand_in("print('<x>', flush=True); time.sleep(60)")
    output = await _nmap_run.run((_nmap_run.binary() or "", "-n"), seconds=0.3)
    assert not output.whole


async def test_output_over_the_cap_is_cut(stand_in, monkeypatch):
    monkeypatch.setattr(_nmap_run, "MOST_OUTPUT", 1000)
    stand_in("print('x' * 100000)")
    output = await _nmap_run.run((_nmap_run.binary() or "", "-n"), seconds=5)
    assert len(output.xml) == 1000
    assert not output.whole

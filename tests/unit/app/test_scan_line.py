"""The line of hosts that wait for their interview: everyone's turn comes, few are in work at a time."""

import asyncio

import pytest

from auditor.app.devices.card import Stage
from auditor.app.devices.conclusion import conclude, judged_alone
from auditor.app.devices.desk import Desk
from auditor.app.judging.bench import Terms, bench
from auditor.app.scanning import scan as scanning
from auditor.app.scanning.document import Ran, document
from auditor.app.scanning.options import ScanOptions
from auditor.model.document import Sent
from auditor.model.facts import Observation, Sighting
from auditor.model.scope import Scope
from auditor.net.ledger import Ledger

HOSTS = 300
BROKEN = "10.0.0.7"


def address(number):
    return f"10.0.{number // 250}.{number % 250 + 1}"


def answer(number, text="a title"):
    seen = Observation(signal="http.title", value=text, endpoint="tcp/80", probe="http")
    return Sighting(address=address(number), method="arp", observations=(seen,))


class Interviews:
    """Stands for HostWork; counts who is in work."""

    def __init__(self):
        self.now = self.most = 0
        self.done = []

    def __call__(self, card, tools):
        del tools
        self.card = card
        return _One(self, card)


class _One:
    def __init__(self, all_of_them, card):
        self.all, self.card = all_of_them, card

    async def run(self):
        self.all.now += 1
        self.all.most = max(self.all.most, self.all.now)
        try:
            await asyncio.sleep(0.001)
            if self.card.address == BROKEN:
                raise ZeroDivisionError("no such thing")
            self.card.refused_ports.add(80)
            self.all.done.append(self.card.address)
        finally:
            self.all.now -= 1


@pytest.fixture(scope="module")
def judge_with():
    return bench(Terms())


@pytest.fixture
def interviews(monkeypatch):
    made = Interviews()
    monkeypatch.setattr(scanning, "HostWork", made)
    return made


class Roomy:
    """A net that has room for every host."""

    def hang_up(self, address):
        pass

    async def expect(self, address):
        pass


def hall_of(judge_with, told, kept=4):
    loop = asyncio.get_running_loop()
    known, probes = loop.create_future(), loop.create_future()
    known.set_result(judge_with)
    probes.set_result(())
    scope = Scope.of(["10.0.0.0/16"])
    return scanning.Hall(
        options=ScanOptions(targets=("10.0.0.0/16",)),
        terms=Terms(),
        scope=scope,
        net=Roomy(),
        ledger=Ledger(),
        tell=told.append,
        desk=Desk(scope, kept=kept),
        engine="native",
        stop=asyncio.Event(),
        bench=known,
        probes=probes,
    )


async def through(hall):
    while hall.work:
        await asyncio.gather(*hall.work)


async def test_a_sweep_that_runs_ahead_leaves_addresses_in_a_line_and_no_tasks(
    judge_with, interviews
):
    hall = hall_of(judge_with, [])
    for number in range(HOSTS):
        scanning._sighted(hall, answer(number))
    assert len(hall.work) == 96
    assert len(hall.waiting) == HOSTS
    await through(hall)
    assert interviews.most == 96
    assert hall.workers == 0


async def test_every_host_is_interviewed_and_judged_once(judge_with, interviews):
    told = []
    hall = hall_of(judge_with, told)
    for number in range(HOSTS):
        scanning._sighted(hall, answer(number))
    await through(hall)
    everyone = {address(number) for number in range(HOSTS)}
    assert sorted(interviews.done) == sorted(everyone - {BROKEN})
    judged = [event.asset.address for event in told if hasattr(event, "asset")]
    assert sorted(judged) == sorted(everyone)
    assert {card.stage for card in hall.desk.cards.values()} == {Stage.DONE}


async def test_a_host_that_comes_when_all_workers_have_gone_home_is_interviewed_too(
    judge_with, interviews
):
    hall = hall_of(judge_with, [])
    for number in (1, 2):
        scanning._sighted(hall, answer(number))
        await through(hall)
    assert interviews.done == [address(1), address(2)]


async def test_news_of_a_host_on_the_disk_has_it_interviewed_again(judge_with, interviews):
    hall = hall_of(judge_with, [], kept=1)
    for number in range(20):
        scanning._sighted(hall, answer(number))
    await through(hall)
    for text in ("a title", "another title", "another title"):
        scanning._sighted(hall, answer(3, text))
        await through(hall)
    assert interviews.done.count(address(3)) == 2
    assert len(hall.desk.cards[address(3)].facts) == 2


async def test_a_bug_in_one_interview_is_told_and_costs_one_host(judge_with, interviews):
    hall = hall_of(judge_with, [])
    for number in range(20):
        scanning._sighted(hall, answer(number))
    await through(hall)
    ran = Ran(
        id="x",
        started="2026-01-01T00:00:00Z",
        finished="2026-01-01T00:00:00Z",
        tool="auditor",
        engine="native",
        site=None,
        interrupted=False,
        swept=True,
        states=(),
        sent=Sent(),
    )
    made = document(ran, hall.desk, (), judge_with)
    assert not made.scan.complete
    assert (
        "1 questions ended in a bug of this tool (ZeroDivisionError: no such thing)"
        in made.scan.incomplete_because
    )
    assert len(interviews.done) == 19


async def test_a_scan_that_ends_within_a_second_interview_takes_nothing_from_before_it(
    judge_with, interviews
):
    hall = hall_of(judge_with, [])
    scanning._sighted(hall, answer(1))
    await through(hall)
    assert len(hall.early) == 1
    later = Observation(signal="http.server", value="App-webs/", endpoint="tcp/80", probe="http")
    seen = Sighting(address=address(1), method="arp", observations=(later,))
    scanning._sighted(hall, seen)
    assert len(hall.early) == 0, "nobody has judged what is known now"
    for task in tuple(hall.work):
        task.cancel()
    await asyncio.gather(*hall.work, return_exceptions=True)
    made = conclude(hall.desk, judge_with, early=hall.early)
    assert tuple(made.assets) == tuple(conclude(hall.desk, judge_with).assets)
    assert made.assets[0].observations[-1] == later


async def test_each_interview_begins_without_what_the_one_before_came_to(judge_with, interviews):
    hall = hall_of(judge_with, [])
    scanning._sighted(hall, answer(1))
    await through(hall)
    seen_then = []
    run = interviews.__call__

    def looked(card, tools):
        seen_then.append(len(hall.early))
        return run(card, tools)

    scanning._start(hall, hall.desk.cards[address(1)])
    hall.early.keep(
        hall.desk.cards[address(1)],
        judged_alone(hall.desk.cards[address(1)], hall.desk, judge_with),
        (),
    )  # as a worker does that was still writing the last one down
    scanning.HostWork = looked
    await through(hall)
    assert seen_then == [0]

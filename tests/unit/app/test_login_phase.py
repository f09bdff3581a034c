"""The login phase of one host: one attempt, one entry, remembered refusals."""

import pytest

from auditor.app.credentials import login as phase
from auditor.app.credentials.file import Entry
from auditor.app.credentials.memory import Memory
from auditor.app.devices.desk import Card
from auditor.app.devices.merging import Keys
from auditor.model.document import Asset
from auditor.model.errors import ConnReset, Malformed, ToolError
from auditor.model.facts import Observation
from auditor.model.words import Ending
from auditor.probes.login._api import Secret
from tests.unit.probes.fakes import ADDRESS, AT, FakeDialer, Port, http, ticks
from tests.unit.probes.locked import PASSWORD, USER, Locked


class Family:
    """A family that asks one path and tells its body."""

    yields = frozenset({"http.body"})
    sends = "GET"

    def __init__(self, name="login-one", rank=1, path="/a", place=(80, False)):
        self.name, self.rank, self.path, self.place = name, rank, path, place

    def endpoint(self, open_ports, seen, makers):
        return self.place

    async def ask(self, target, session):
        reply = await session.get(self.path)
        if reply.status != 200:
            raise Malformed("not there")
        yield Observation(
            signal="http.body",
            value=reply.text(),
            endpoint=target.endpoint,
            probe=self.name,
            at=AT,
        )


class Notes:
    def __init__(self, *, broken=False):
        self.rows, self.broken = {}, broken

    def refused(self, assets):
        if self.broken:
            raise ToolError("history: locked")
        return {one: frozenset(self.rows[one]) for one in assets if one in self.rows}

    def refuse(self, asset, entry, *, at, why):
        self.rows.setdefault(asset, set()).add(entry)


class Way:
    def __init__(self, answer):
        self.dialer = FakeDialer(ports={80: Port(answer=answer)})
        self.granted = []

    def grant(self, address, requests):
        self.granted.append((address, requests))


def entry(password=PASSWORD, digest="e1", **match) -> Entry:
    secret = Secret(user=USER, password=password, entry=digest)
    return Entry(label="all", secret=secret, is_default=not match, **match)


def desk(*entries, families=None, notes=None, seconds=5.0) -> phase.Desk:
    return phase.Desk(
        entries=entries or (entry(),),
        memory=Memory(notes or Notes()),
        logins=tuple(families or (Family(),)),
        clock=lambda: AT,
        monotonic=ticks(),
        seconds=seconds,
    )


def keys(mac=None, told=(), endpoints=()) -> Keys:
    return Keys(
        link=frozenset({mac} if mac else ()),
        told=frozenset(told),
        endpoints=frozenset(endpoints),
        serials=frozenset(),
    )


async def log_in(answer, where, *, card=None, known=None, headline="covered", asset_id="mac-1"):
    card = card or Card(address=ADDRESS)
    way = Way(answer)
    asset = Asset(id=asset_id, address=card.address, addresses=(card.address,), headline=headline)

    async def look():
        card.open_ports.add(80)

    warning = await phase.log_in(card, asset, known or keys("aa"), where, way, look)
    return card, way, warning


async def test_a_device_that_shows_late_that_it_is_video_is_asked_then_and_once():
    device, where = Locked(), desk()
    card, way, _ = await log_in(device, where, headline="unidentified")
    assert (card.attempts, way.granted) == ([], [])
    for _ in range(2):
        card, way, _ = await log_in(device, where, card=card)
    assert [attempt.outcome for attempt in card.attempts] == [Ending.OK]


async def test_a_login_that_is_taken_gives_facts_an_attempt_and_a_note():
    device, where = Locked(), desk()
    card, way, warning = await log_in(device, where)
    assert warning is None
    assert [fact.probe for fact in card.facts] == ["login-one"]
    (attempt,) = card.attempts
    assert (attempt.outcome, attempt.detail) == (Ending.OK, "logged in with digest-md5")
    assert way.granted == [(ADDRESS, 30)]
    assert where.tally.notes() == ("logins: 1 accepted",)


async def test_a_refusal_is_remembered_and_the_next_scan_sends_nothing():
    notes, device = Notes(), Locked(password="other")
    await log_in(device, desk(notes=notes))
    assert device.good == [False]
    card, way, _ = await log_in(device, desk(notes=notes))
    assert way.dialer.sent == []
    assert card.attempts[0].outcome is Ending.SKIPPED
    assert "refused this entry before" in card.attempts[0].detail


async def test_a_changed_entry_is_tried_again():
    notes, device = Notes(), Locked(password="second")
    await log_in(device, desk(notes=notes))
    await log_in(device, desk(entry("second", "e2"), notes=notes))
    assert device.good == [False, True]


@pytest.mark.parametrize(
    ("first", "second", "asset_id"),
    [
        (keys("aa"), keys(), "ip-192.0.2.7"),  # its MAC is not seen on the second night
        (keys(), keys("aa"), "mac-aa"),
        (keys(told=("bb",)), keys("bb"), "mac-bb"),
    ],
)
async def test_a_refusal_holds_whichever_key_the_device_shows(first, second, asset_id):
    notes, device = Notes(), Locked(password="other")
    await log_in(device, desk(notes=notes), known=first, asset_id="first")
    await log_in(device, desk(notes=notes), known=second, asset_id=asset_id)
    assert len(device.shown) == 1


async def test_only_the_most_specific_entry_is_tried_even_when_it_is_refused():
    device = Locked()
    narrow = entry("wrong-one", "e2", addresses=(ADDRESS,))
    card, _, _ = await log_in(device, desk(entry(), narrow))
    assert device.good == [False]
    assert card.attempts[0].outcome is Ending.REFUSED


async def test_the_next_family_is_asked_only_while_no_password_was_shown():
    open_page = Locked()
    open_page.paths["/b"] = b"<b/>"

    def answer(request):
        return [http(404, "")] if b"GET /none" in request else open_page(request)

    families = [Family("login-x", 1, "/none"), Family("login-y", 2, "/b"), Family("login-z", 3)]
    card, _, _ = await log_in(answer, desk(families=families))
    assert [a.probe for a in card.attempts] == ["login-x", "login-y"]
    assert len(open_page.shown) == 1


async def test_after_a_refusal_no_other_family_asks():
    device = Locked(password="other")
    families = [Family("login-x", 1), Family("login-y", 2, "/b")]
    card, way, _ = await log_in(device, desk(families=families))
    assert [a.probe for a in card.attempts] == ["login-x"]
    assert len(way.dialer.sent) == 2


@pytest.mark.parametrize("headline", ["outside", "unidentified"])
async def test_a_host_without_a_sign_of_video_is_asked_nothing(headline):
    card, way, _ = await log_in(Locked(), desk(), headline=headline)
    assert way.dialer.sent == []
    assert card.attempts == []


async def test_an_entry_for_the_very_address_is_used_without_a_sign_of_video():
    device = Locked()
    await log_in(device, desk(entry(addresses=(ADDRESS,))), headline="unidentified")
    assert device.good == [True]


async def test_a_second_interview_of_the_same_host_does_not_log_in_again():
    device, where = Locked(password="other"), desk()
    card, _, _ = await log_in(device, where, known=keys())
    where.memory._notes.rows.clear()
    await log_in(device, where, card=card, known=keys())
    assert len(device.shown) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (keys("aa"), keys("aa"), True),
        (keys("aa"), keys(told=("aa",)), True),
        (keys(endpoints=("u",)), keys(endpoints=("u",)), True),
        (keys("aa", endpoints=("u",)), keys("bb", endpoints=("u",)), False),  # cloned ids
        (keys("aa"), keys("bb"), False),
        (keys(), keys(), False),
    ],
)
async def test_one_device_at_two_addresses_is_shown_the_password_once(one, other, same):
    device, where = Locked(), desk()
    await log_in(device, where, known=one)
    second = Card(address="192.0.2.8")
    way = Way(device)
    way.dialer.address = "192.0.2.8"
    asset = Asset(id="x", address="192.0.2.8", addresses=("192.0.2.8",), headline="covered")

    async def look():
        second.open_ports.add(80)

    await phase.log_in(second, asset, other, where, way, look)
    assert len(device.shown) == (1 if same else 2)
    if same:
        assert second.attempts[0].detail == f"the same device was asked at {ADDRESS}"


async def test_without_a_memory_no_password_is_shown():
    card, way, warning = await log_in(Locked(), desk(notes=Notes(broken=True)))
    assert way.dialer.sent == []
    assert "history" in warning
    assert card.attempts[0].outcome is Ending.SKIPPED


async def test_a_bug_in_a_family_is_an_attempt_without_a_secret_in_it():
    class Broken(Family):
        async def ask(self, target, session):
            await session.get("/a")
            raise RuntimeError(f"{session._secret.user} {session._secret.password}")
            yield

    card, _, _ = await log_in(Locked(), desk(families=[Broken()]))
    (attempt,) = card.attempts
    assert attempt.outcome is Ending.BUG
    assert PASSWORD not in str(attempt)
    assert USER not in str(attempt)


async def test_a_device_that_hangs_ends_its_login_and_not_the_scan():
    class Slow(Family):
        async def ask(self, target, session):
            async for fact in super().ask(target, session):
                yield fact
            import asyncio

            await asyncio.sleep(60)

    card, _, _ = await log_in(Locked(), desk(families=[Slow()], seconds=0.05))
    (attempt,) = card.attempts
    assert attempt.outcome is Ending.TIMEOUT
    assert len(card.facts) == 1


async def test_a_fact_that_holds_the_secret_loses_it_before_it_is_stored():
    class Echo(Family):
        async def ask(self, target, session):
            async for _ in super().ask(target, session):
                yield Observation(
                    signal="http.body", value=f"{PASSWORD} by {USER}", endpoint="tcp/80"
                )

    card, _, _ = await log_in(Locked(), desk(families=[Echo()]))
    (fact,) = card.facts
    assert fact.value == f"{'*' * len(PASSWORD)} by {'*' * len(USER)}"


async def test_an_unclear_end_is_not_remembered_as_a_refusal():
    from tests.unit.probes.fakes import Reset

    def answer(request):
        if b"Authorization" in request:
            return [Reset]
        return [http(401, "", ("WWW-Authenticate", 'Digest realm="r", nonce="n"'))]

    notes = Notes()
    where = desk(notes=notes)
    card, _, _ = await log_in(answer, where)
    assert card.attempts[0].outcome is ConnReset.ending
    assert notes.rows == {}
    assert "without a clear answer (192.0.2.7)" in where.tally.notes()[0]

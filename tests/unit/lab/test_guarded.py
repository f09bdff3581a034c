"""Personas with a password: their door counts every password, and locks."""

import base64
import hashlib
import json

import pytest
from requests.auth import HTTPDigestAuth

from auditor.lab import guarded
from auditor.lab import persona as room
from auditor.lab.fleet import build
from auditor.lab.persona import Table
from auditor.lab.protocols._login import Guard, Verdict
from auditor.lab.witness import Request, Witness
from auditor.model.errors import UsageError

PERSONAS = guarded.load()
DEVICE = build(PERSONAS["onvif-token"], 1, "10.0.0.7")
PATH = "/ISAPI/System/deviceInfo"
SHOWN = "2026-11-21T10:30:00Z"


def guard(witness, **table):
    login = {"user": "u", "password": "p", "nonce": "n0", "realm": "r", **table}
    return Guard(Table(login, "test"), DEVICE, witness)


def request(authorization=None, body=b"", path=PATH):
    headers = (("Authorization", authorization),) if authorization else ()
    return Request(
        proto="http", port=80, peer="x", line=f"GET {path} HTTP/1.1", headers=headers, body=body
    )


def digest(door, password="p", algorithm="MD5", path=PATH):
    """What a client answers to the door's challenge."""
    (challenge,) = [v for _, v in door.challenges(Verdict.NOTHING) if algorithm in v]
    client = HTTPDigestAuth("u", password)
    client.init_per_thread_state()
    pairs = (part.strip().split("=", 1) for part in challenge.removeprefix("Digest ").split(","))
    client._thread_local.chal = {key: value.strip('"') for key, value in pairs}
    return client.build_digest_header("GET", f"http://10.0.0.7{path}")


def token(created=SHOWN, password="p", user="u"):
    nonce = b"0123456789abcdef"
    made = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest())
    return (
        f"<wsse:Username>{user}</wsse:Username><wsse:Password Type='x'>{made.decode()}"
        f"</wsse:Password><wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce>"
        f"<wsu:Created>{created}</wsu:Created>"
    ).encode()


@pytest.mark.parametrize(("scheme", "name"), [("digest-md5", "MD5"), ("digest-sha-256", "SHA-256")])
def test_the_right_digest_opens_and_a_wrong_one_counts(scheme, name):
    witness = Witness()
    door = guard(witness, schemes=[scheme], lock_after=0)
    assert door.look(request(digest(door, algorithm=name))) is Verdict.RIGHT
    assert door.look(request(digest(door, "other", algorithm=name))) is Verdict.WRONG
    assert (witness.logins, witness.wrong, witness.locked) == (1, 1, False)
    assert witness.shown == ["digest", "digest"]


def test_a_request_without_a_password_is_no_attempt():
    witness = Witness()
    assert guard(witness).look(request()) is Verdict.NOTHING
    assert witness.shown == []


def test_after_one_wrong_password_the_right_one_does_not_open_either():
    witness = Witness()
    door = guard(witness)
    door.look(request(digest(door, "other")))
    assert witness.locked
    assert door.look(request(digest(door))) is Verdict.WRONG
    assert witness.wrong == 1


def test_an_answer_for_another_page_is_wrong():
    witness = Witness()
    door = guard(witness)
    assert door.look(request(digest(door, path="/other"))) is Verdict.WRONG


def test_a_nonce_that_is_used_up_is_stale_and_no_wrong_password():
    witness = Witness()
    door = guard(witness, uses=1)
    old = digest(door)
    assert door.look(request(old)) is Verdict.RIGHT
    assert door.look(request(old)) is Verdict.STALE
    assert witness.wrong == 0
    assert 'stale="true"' in door.challenges(Verdict.STALE)[0][1]


@pytest.mark.parametrize(
    ("schemes", "verdict"), [(["basic"], Verdict.RIGHT), (["digest-md5"], Verdict.WRONG)]
)
def test_basic_opens_only_where_the_door_takes_it(schemes, verdict):
    header = "Basic " + base64.b64encode(b"u:p").decode()
    assert guard(Witness(), schemes=schemes).look(request(header)) is verdict


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (token(), Verdict.RIGHT),
        (token("2026-11-21T10:30:50Z"), Verdict.RIGHT),
        (token("2026-11-22T10:30:00Z"), Verdict.WRONG),
        (token(password="q"), Verdict.WRONG),
        (token(user="v"), Verdict.WRONG),
        (token("no time"), Verdict.WRONG),
    ],
)
def test_a_token_opens_near_the_time_of_the_device_only(body, verdict):
    assert guard(Witness(), schemes=["token"]).look(request(body=body)) is verdict


def test_both_ways_at_once_are_wrong():
    witness = Witness()
    door = guard(witness, schemes=["token", "digest-md5"])
    assert door.look(request(digest(door), body=token())) is Verdict.WRONG
    assert witness.shown == ["both"]


@pytest.mark.parametrize("name", sorted(PERSONAS))
def test_a_guarded_persona_is_whole(name):
    device = build(PERSONAS[name], 1, "10.0.0.7")
    doors = [one for one in device.services if one.proto in {"http", "https", "onvif"}]
    assert doors
    assert all(one.data.has("login") for one in doors)
    behind = json.dumps([dict(one.data.data) for one in doors])
    assert not [word for word in ("{i}", "{each}", "{trap}", "{firmware") if word in behind]


def test_a_guarded_persona_stands_beside_its_base_with_a_mac_of_its_own():
    bases = room.load()
    assert not set(PERSONAS) & set(bases)
    macs = [one.mac for one in (*PERSONAS.values(), *bases.values())]
    assert len(set(macs)) == len(macs)
    assert PERSONAS["lts-login"].mac[:8] == bases["lts-camera"].mac[:8]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('base = "nobody"\ntitle = "x"\nfamilies = []', "nobody.toml"),
        ('base = "lts-camera"\ntitle = "x"\nfamilies = ["no-family"]', "no-family"),
        ("base = ", "x.toml"),
    ],
)
def test_a_broken_overlay_names_what_is_wrong(tmp_path, text, words):
    (tmp_path / "families.toml").write_text("")
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(UsageError, match=words):
        guarded.read(tmp_path / "x.toml")

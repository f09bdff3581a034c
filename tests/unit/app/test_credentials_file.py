"""The credentials file: strict, private, silent."""

import pytest

from auditor.app.credentials import file as credentials
from auditor.app.credentials.choose import Whom, choose
from auditor.app.credentials.memory import KEY_FILE, Memory, Sealer
from auditor.model.errors import UsageError

SECRET = "Un-mistak4ble!"


def seal(*words: str) -> str:
    return "|".join(words)


def put(tmp_path, text: str, mode: int = 0o600):
    path = tmp_path / "credentials.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def read(tmp_path, text: str, mode: int = 0o600, **environ: str):
    return credentials.read(put(tmp_path, text, mode), seal, environ)


ONE = f'[[login]]\ndefault = true\nuser = "ann"\npassword = "{SECRET}"\n'


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o601, 0o644])
def test_a_file_that_others_can_reach_is_refused(tmp_path, mode):
    with pytest.raises(UsageError, match="chmod 600"):
        read(tmp_path, ONE, mode)


def test_a_file_of_systemd_is_taken_whatever_its_mode(tmp_path):
    read(tmp_path, ONE, 0o440, CREDENTIALS_DIRECTORY=str(tmp_path))


def test_a_file_beside_systemds_folder_is_not_of_systemd(tmp_path):
    (tmp_path / "given").mkdir()
    with pytest.raises(UsageError, match="chmod"):
        read(tmp_path, ONE, 0o440, CREDENTIALS_DIRECTORY=str(tmp_path / "given"))


def test_a_link_out_of_systemds_folder_is_not_of_systemd(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "auditor-credentials").symlink_to(put(tmp_path, ONE, 0o644))
    with pytest.raises(UsageError, match="chmod"):
        credentials.read(
            folder / "auditor-credentials", seal, {"CREDENTIALS_DIRECTORY": str(folder)}
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE + "pasword = 'x'\n", ":5: login[1].pasword: unknown key 'pasword'"),
        ("[[logins]]\n", "unknown key 'logins'"),
        ("login = []\n", "no [[login]]"),
        (ONE + "allow_basic = 1\n", ":5: login[1].allow_basic: Expected `bool`"),
        (ONE + 'address = "10.0.0.1"\n', "give one of address, network, mac, vendor, default"),
        (ONE.replace("default = true\n", ""), "give one of address"),
        (ONE.replace("default = true", 'address = "10.0.0"'), ":2: login[1].address: '10.0.0'"),
        (
            ONE.replace("default = true", 'network = "10.0.0.7/24"'),
            "'10.0.0.7/24' is not a network",
        ),
        (ONE.replace("default = true", 'mac = "zz"'), "not the beginning of a hardware address"),
        (ONE.replace("default = true", 'vendor = "Hik Vision"'), "not a vendor id"),
        (ONE + ONE, "is for the same"),
        (ONE.replace('"ann"', '{ env = "WHO" }'), ":3: login[1].user: env 'WHO' is empty"),
        (ONE.replace('"ann"', '{ env = "WHO", file = "x" }'), "give one of env, file"),
        (ONE.replace('"ann"', '{ credential = "../x" }'), "systemd gave none"),
        (ONE.replace('"ann"', '"a:b"'), "printable ASCII"),
        (ONE.replace('"ann"', '""'), "empty"),
        (ONE.replace(SECRET, "a\\u0007"), "control characters"),
        ("[[login]\n", ":1: not TOML"),
    ],
)
def test_a_fault_is_one_line_with_file_and_key_and_no_secret(tmp_path, text, said):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert said in message
    assert message.startswith(str(tmp_path / "credentials.toml"))
    assert SECRET not in message
    assert "\n" not in message


def test_secrets_come_from_environment_file_and_systemd(tmp_path):
    (tmp_path / "pass").write_text("from-file\nsecond line\n")
    (tmp_path / "pass").chmod(0o600)
    (tmp_path / "cam").write_text("from-systemd\n")
    found = read(
        tmp_path,
        '[[login]]\naddress = "10.0.0.1"\nuser = { env = "WHO" }\npassword = { file = "pass" }\n'
        '[[login]]\ndefault = true\nuser = "u"\npassword = { credential = "cam" }\n',
        WHO="ann",
        CREDENTIALS_DIRECTORY=str(tmp_path),
    )
    assert [(e.secret.user, e.secret.password) for e in found] == [
        ("ann", "from-file"),
        ("u", "from-systemd"),
    ]


def test_a_secret_file_that_others_can_read_is_refused(tmp_path):
    (tmp_path / "pass").write_text("x")
    (tmp_path / "pass").chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        read(tmp_path, ONE.replace(f'"{SECRET}"', '{ file = "pass" }'))


def test_a_keyring_is_asked_for_the_users_password(tmp_path, monkeypatch):
    keyring = pytest.importorskip("keyring")
    monkeypatch.setattr(keyring, "get_password", lambda service, user: f"{service}/{user}")
    (entry,) = read(tmp_path, ONE.replace(f'"{SECRET}"', '{ keyring = "cameras" }'))
    assert entry.secret.password == "cameras/ann"


def test_no_text_form_of_an_entry_shows_a_secret(tmp_path):
    (entry,) = credentials.read(put(tmp_path, ONE), lambda *_: "digest", {})
    for text in (repr(entry), str(entry), repr(entry.secret), entry.held, entry.label):
        assert SECRET not in text
        assert "ann" not in text


def test_the_digest_follows_user_password_and_retry_and_not_the_match(tmp_path):
    def digest(text: str) -> str:
        return read(tmp_path, text)[0].secret.entry

    same = ONE.replace("default = true", 'network = "10.0.0.0/8"')
    assert digest(ONE) == digest(same) == digest(ONE + 'name = "x"\n')
    changed = {ONE, ONE.replace("ann", "bob"), ONE.replace("!", "?"), ONE + "retry = 2\n"}
    assert len({digest(text) for text in changed}) == 4


def test_systemds_file_is_found_when_none_is_named(tmp_path):
    place = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert credentials.find(None, place) is None
    (tmp_path / "auditor-credentials").write_text(ONE)
    assert credentials.find(None, place) == tmp_path / "auditor-credentials"
    assert credentials.find("named", place).name == "named"
    assert credentials.find(None, {}) is None


MANY = "".join(
    f'[[login]]\nname = "{name}"\n{key}\nuser = "u"\npassword = "p-{name}"\n'
    for name, key in {
        "default": "default = true",
        "wide": 'network = "10.0.0.0/8"',
        "narrow": 'network = ["192.168.0.0/24", "10.1.0.0/16"]',
        "six": 'network = "2001:db8::/32"',
        "mac3": 'mac = "28:57:BE"',
        "mac4": 'mac = "28-57-be-01"',
        "brand": 'vendor = "annke"',
        "maker": 'vendor = ["hikvision", "dahua"]',
        "address": 'address = ["10.1.2.3", "2001:DB8::7"]',
    }.items()
)


@pytest.mark.parametrize(
    ("device", "name"),
    [
        (Whom(addresses=("10.1.2.3",), mac="28:57:be:01:00:00"), "address"),
        (Whom(addresses=("2001:db8:0::7",)), "address"),
        (Whom(addresses=("10.1.2.4",), mac="28:57:be:01:00:00"), "narrow"),
        (Whom(addresses=("10.2.2.4",), vendors=("annke",)), "wide"),
        (Whom(addresses=("2001:db8::8",)), "six"),
        (Whom(addresses=("172.16.0.1",), mac="28:57:be:01:00:00", vendors=("annke",)), "mac4"),
        (Whom(addresses=("172.16.0.1",), mac="28:57:be:02:00:00"), "mac3"),
        (Whom(addresses=("172.16.0.1",), vendors=("annke", "hikvision")), "brand"),
        (Whom(addresses=("172.16.0.1",), vendors=("lts", "hikvision")), "maker"),
        (Whom(addresses=("172.16.0.1",), mac="00:00:00:00:00:01", vendors=("axis",)), "default"),
    ],
)
def test_the_most_specific_entry_is_chosen(tmp_path, device, name):
    entries = read(tmp_path, MANY)
    chosen = choose(entries, device)
    assert chosen.label.startswith(name + " ")
    assert choose(tuple(reversed(entries)), device) is chosen


def test_without_an_entry_that_fits_none_is_chosen(tmp_path):
    entries = read(tmp_path, ONE.replace("default = true", 'address = "10.0.0.1"'))
    assert choose(entries, Whom(addresses=("10.0.0.2",))) is None


def test_the_key_is_made_once_private_and_random(tmp_path):
    folder = tmp_path / "state"
    first = Sealer.of(folder)
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    digest = first("u", "p", "")
    assert Sealer.of(folder)("u", "p", "") == digest
    assert Sealer.of(tmp_path / "other")("u", "p", "") != digest
    assert len(digest) == 64


def test_a_damaged_key_is_named(tmp_path):
    (tmp_path / KEY_FILE).write_bytes(b"")
    with pytest.raises(UsageError, match="damaged"):
        Sealer.of(tmp_path)


class Notes:
    def __init__(self):
        self.rows: dict[str, set[str]] = {}

    def refused(self, assets):
        return {one: frozenset(self.rows[one]) for one in assets if one in self.rows}

    def refuse(self, asset, entry, *, at, why):
        self.rows.setdefault(asset, set()).add(entry)


async def test_a_refusal_is_known_under_every_id_and_only_for_its_entry():
    memory = Memory(Notes())
    await memory.refuse(("mac-1", "ip-1"), "e1", at="t", why="w")
    assert await memory.has_refused(("ip-1",), "e1")
    assert await memory.has_refused(("mac-1", "x"), "e1")
    assert not await memory.has_refused(("mac-1",), "e2")
    assert not await memory.has_refused(("mac-2",), "e1")


def test_a_check_asks_for_nothing_that_only_the_service_has(tmp_path):
    path = put(
        tmp_path,
        '[[login]]\ndefault = true\nuser = { env = "NOT_SET_HERE" }\n'
        'password = { credential = "of-the-service" }\n'
        '[[login]]\nvendor = "axis"\nuser = { keyring = "cameras" }\n'
        'password = { file = "not-here" }\n',
    )
    with pytest.raises(UsageError):
        credentials.read(path, seal, {})
    held = [entry.held for entry in credentials.check(path, {})]
    assert held[0] == "user from env NOT_SET_HERE, password from credential of-the-service"
    assert len(held) == 2


@pytest.mark.parametrize(
    ("text", "mode", "wanted"),
    [
        (ONE, 0o644, "chmod 600"),
        (ONE.replace("default = true", "vendor = 1"), 0o600, "vendor"),
        (ONE.replace(f'"{SECRET}"', '{ env = "A", file = "b" }'), 0o600, "give one of"),
        (ONE.replace(f'"{SECRET}"', '""'), 0o600, "password: it is empty"),
        (ONE + ONE, 0o600, "is for the same"),
        ("login = []", 0o600, "no .*login"),
    ],
)
def test_a_check_finds_wrong_permissions_and_shapes_and_shows_no_secret(
    tmp_path, text, mode, wanted
):
    with pytest.raises(UsageError, match=wanted) as caught:
        credentials.check(put(tmp_path, text, mode), {})
    assert SECRET not in str(caught.value)

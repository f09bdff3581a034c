from importlib import resources

import pytest

from auditor.app.appliance.config import read, shown
from auditor.model.errors import UsageError

GOOD = '[[network]]\nname = "a"\ntargets = ["10.0.0.0/24"]\n'
ALERT = '[[alert]]\nurl = "json://127.0.0.1/x"\n'


def fault(tmp_path, text):
    path = tmp_path / "auditor.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read(path)
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = [", ":1: not TOML"),
        ("[site]\nname = 1\n" + GOOD, ":2: site.name: "),
        (GOOD + "[report]\nformat = 3\n", ":5: report.format: unknown key 'format'"),
        (GOOD + "spare = 1\n", ":4: network[1].spare: unknown key 'spare'"),
        ("[site]\n", "missing key `network`"),
        ("network = []\n", ":1: network: name at least one"),
        ('[[network]]\nname = "a b"\ntargets = ["10.0.0.1"]\n', ":2: network[1].name: letters"),
        (GOOD + GOOD, ":5: network[2].name: 'a' stands twice"),
        ('[[network]]\nname = "a"\ntargets = []\n', ":3: network[1].targets: name at least"),
        (
            '[[network]]\nname = "a"\ntargets = ["10.0.0.300"]\n',
            ":3: network[1].targets: '10.0.0.300' is not an address",
        ),
        (GOOD + 'exclude = ["cam-1"]\n', ":4: network[1].exclude: 'cam-1' is not"),
        (GOOD + 'ports = "http"\n', ":4: network[1].ports: 'http'"),
        (GOOD + "rate = 0\n", ":4: network[1].rate: at least 1"),
        (GOOD + "timeout = 0.0\n", ":4: network[1].timeout: more than 0"),
        (GOOD + "max_minutes = 0\n", ":4: network[1].max_minutes: at least 1"),
        (GOOD + 'engine = "fast"\n', ":4: network[1].engine: "),
        (GOOD + '[report]\nformats = ["docx2"]\n', ":5: report.formats: 'docx2' is none of"),
        (GOOD + "[history]\ngone_after = 0\n", ":5: history.gone_after: at least 1"),
        (GOOD + "[history]\nkeep = { daily = -1 }\n", ":5: history.keep: numbers from 0"),
        (GOOD + "[run]\ndeliver_minutes = -1\n", ":5: run.deliver_minutes: 0 or more"),
        (GOOD + ALERT + 'on = ["new"]\n', ":6: alert[1].on: 'new' is none of new-covered"),
        (GOOD + ALERT + 'url_file = "x"\n', ":5: alert[1].url: give url or url_file"),
        (GOOD + "[[alert]]\n", ":4: alert[1].url: give url or url_file"),
        (GOOD + ALERT + 'secret = "s"\nsecret_file = "x"\n', ":6: alert[1].secret: give secret or"),
        (GOOD + ALERT + 'name = "alert-2"\n', ":6: alert[1].name: 'alert-2' stands twice, or"),
        (GOOD + ALERT + 'name = "m"\n' + ALERT + 'name = "m"\n', ":9: alert[2].name: 'm' stands"),
        (GOOD + ALERT + 'name = "*"\n', ":6: alert[1].name: letters"),
    ],
)
def test_a_fault_is_named_with_file_line_and_key(tmp_path, text, wanted):
    assert wanted in fault(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "none.toml")


def test_paths_are_relative_to_the_file(tmp_path):
    path = tmp_path / "auditor.toml"
    path.write_text(
        '[[network]]\nname = "a"\ntargets = ["@list.txt", "10.0.0.1"]\n'
        '[policy]\nfile = "p.toml"\nexemptions = "e.toml"\nvendor_db = ["o"]\n'
        '[credentials]\nfile = "c.toml"\n[history]\nurl = "sqlite:///h.db"\n'
        '[report]\ndirectory = "r"\nsign_key = "k"\n[health]\nmetrics = "m.prom"\n'
        '[[alert]]\nurl_file = "u"\nsecret_file = "s"\n'
    )
    found = read(path)
    at = str(tmp_path.resolve())
    assert found.network[0].targets == (f"@{at}/list.txt", "10.0.0.1")
    assert (found.policy.file, found.policy.exemptions) == (f"{at}/p.toml", f"{at}/e.toml")
    assert found.policy.vendor_db == (f"{at}/o",)
    assert found.credentials.file == f"{at}/c.toml"
    assert found.history.url == f"sqlite:///{at}/h.db"
    assert (found.report.directory, found.report.sign_key) == (f"{at}/r", f"{at}/k")
    assert found.health.metrics == f"{at}/m.prom"
    assert (found.alert[0].url_file, found.alert[0].secret_file) == (f"{at}/u", f"{at}/s")


@pytest.mark.parametrize("url", ["sqlite:////var/h.db", "sqlite:///:memory:", "postgresql://u@h/d"])
def test_a_history_that_is_absolute_or_elsewhere_stays(tmp_path, url):
    path = tmp_path / "auditor.toml"
    path.write_text(GOOD + f'[history]\nurl = "{url}"\n')
    assert read(path).history.url == url


def test_what_is_shown_holds_no_secret(tmp_path):
    path = tmp_path / "auditor.toml"
    path.write_text(
        GOOD + '[[alert]]\nurl = "mailtos://u:hunter2@h"\nsecret = "hunter2"\n'
        '[history]\nurl = "postgresql://u:hunter2@h/d"\n'
        '[health]\nheartbeat = "https://hc.example.org/hunter2"\n'
    )
    told = shown(read(path))
    assert "hunter2" not in told
    assert told.count('"(set)"') == 3


def test_the_example_is_good(tmp_path):
    place = resources.files("auditor.app.appliance") / "example.toml"
    path = tmp_path / "auditor.toml"
    path.write_text(place.read_text(encoding="utf-8"))
    assert read(path).network[0].name == "cameras"

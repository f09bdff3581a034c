import email
import email.policy
import hashlib
import hmac
import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from auditor.alert import deliver, message
from auditor.model.errors import ToolError, UsageError
from auditor.model.news import Bulletin, News
from tests.unit.alert.servers import Hook, Smtp, nobody, serving

# Apprise imports a module that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def bulletin(*news):
    item = News(event="new-covered", text="New device of a listed maker: X at 10.0.0.7", fact="f")
    return Bulletin(
        site="Head office", contact="me@example.org", network="cams", scan="abc",
        started="2026-11-22T01:30:00.000Z", complete=True, report="/r/1.json", news=news or (item,),
    )  # fmt: skip


DATA = message.encode(bulletin())


@pytest.fixture
def hook():
    server = Hook()
    with serving(server):
        yield server


def verified(header, body, secret):
    """As a receiver does it; the same lines stand in docs/how-to/alerts.md."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    made = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, parts["v1"])


def test_a_webhook_gets_the_bulletin_signed(hook):
    deliver.send(f"json://{hook.place}/a/b?c=d", DATA, b"secret")
    ((method, path, headers, body),) = hook.got
    assert (method, path) == ("POST", "/a/b?c=d")
    assert headers["Content-Type"] == "application/json"
    assert body == DATA
    assert verified(headers["X-Auditor-Signature"], body, b"secret")
    assert not verified(headers["X-Auditor-Signature"], body + b" ", b"secret")
    assert not verified(headers["X-Auditor-Signature"], body, b"other")


def test_without_a_secret_there_is_no_signature(hook):
    deliver.send(f"json://{hook.place}/", DATA)
    assert "X-Auditor-Signature" not in hook.got[0][2]


def test_what_a_webhook_gets_fits_the_schema():
    schema = message.schema()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    raw = json.loads(DATA)
    assert raw["schema"] == "auditor.alert/1"
    check.validate(raw)
    del raw["news"][0]["event"]
    assert list(check.iter_errors(raw))


@pytest.mark.parametrize("code", [301, 302, 307, 400, 403, 500, 503])
def test_a_redirect_or_a_refusal_is_a_failure_and_not_followed(hook, code):
    hook.code, hook.headers = code, {"Location": f"http://{hook.place}/elsewhere"}
    with pytest.raises(ToolError, match=f"127.0.0.1: answered {code}"):
        deliver.send(f"json://{hook.place}/", DATA, b"secret")
    assert len(hook.got) == 1


def test_a_dead_server_is_a_failure_that_names_the_host_only():
    with pytest.raises(ToolError) as caught:
        deliver.send(f"json://user:hunter2@{nobody()}/hunter2?token=hunter2", DATA)
    assert str(caught.value) == "127.0.0.1: ConnectionError"


def test_an_answer_without_end_is_not_read(hook):
    hook.body = b"x" * 5_000_000
    deliver.send(f"json://{hook.place}/", DATA)
    assert len(hook.got) == 1


def test_the_heartbeat_asks_once_and_follows_nothing(hook):
    deliver.beat(f"http://{hook.place}/ping/1")
    assert [(item[0], item[1]) for item in hook.got] == [("GET", "/ping/1")]
    hook.code = 302
    with pytest.raises(ToolError, match="answered 302"):
        deliver.beat(f"http://{hook.place}/ping/1")


def test_mail_is_delivered_with_title_and_text():
    server = Smtp()
    with serving(server):
        deliver.send(
            f"mailto://{server.place}?from=audit@example.org&to=me@example.org&mode=insecure", DATA
        )
    (raw,) = server.mails
    mail = email.message_from_string(raw, policy=email.policy.default)
    assert mail["Subject"] == "auditor: Head office, cams: 1 of a listed maker"
    assert mail["To"] == "me@example.org"
    text = mail.get_body(("plain", "html")).get_content()
    assert "New device of a listed maker: X at 10.0.0.7" in text
    assert "not legal advice" in text


def test_a_dead_mail_server_is_a_failure_without_the_password():
    url = f"mailto://user:hunter2@{nobody()}?from=a@example.org&to=b@example.org&mode=insecure"
    with pytest.raises(ToolError) as caught:
        deliver.send(url, DATA)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).startswith("mailto: ")


def test_syslog_of_this_machine_is_taken():
    deliver.check("syslog://")
    deliver.send("syslog://", DATA)


@pytest.mark.parametrize("url", ["nothing", "json://", "nosuch://x", "mailto://"])
def test_a_url_that_cannot_be_delivered_to_is_refused_before_anything_is_sent(url):
    with pytest.raises(UsageError):
        deliver.check(url)


def test_no_part_of_a_url_but_its_host_is_said():
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?token=s%33cret&to=x"
    told = "Failed T1JJ3T3L2 A1BRTD4JD TIiajkdnlazkcOXrIdevi7FQ s%33cret s3cret at hooks.slack.com"
    said = deliver.without_secrets(told, url)
    assert said.count("***") >= 4
    assert not any(part in said for part in ("A1BRTD4JD", "TIiajk", "s%33cret", "s3cret"))
    assert deliver.without_secrets("to mail.example.org", "mailto://u:pw1@mail.example.org") == (
        "to mail.example.org"
    )


def test_apprise_is_loaded_only_when_a_message_goes_through_it():
    code = "import sys, auditor.alert.deliver; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_many_news_of_a_kind_are_cut_in_the_text_and_whole_in_the_json():
    news = [News(event="moved", text=f"device {n}", fact=str(n)) for n in range(80)]
    made = bulletin(*news)
    assert "- and 30 more: see the report" in message.body(made)
    assert len(json.loads(message.encode(made))["news"]) == 80


def test_a_damaged_message_in_the_outbox_is_said():
    with pytest.raises(ToolError, match="damaged"):
        message.decode(b'{"site":')

"""The credentials file is looked at before a night begins, and no secret is shown."""

import asyncio

import pytest

from auditor.app.appliance import plan
from auditor.app.appliance.config import read
from auditor.model.errors import UsageError

SECRET = "Un-mistak4ble!"


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Puts a configuration and its credentials file; gives what was read."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def put(mode: int, user: str = "user"):
        secrets = tmp_path / "credentials.toml"
        secrets.write_text(f'[[login]]\ndefault = true\n{user} = "ann"\npassword = "{SECRET}"\n')
        secrets.chmod(mode)
        config = tmp_path / "auditor.toml"
        config.write_text(
            '[[network]]\nname = "n"\ntargets = ["127.0.0.1"]\n'
            '[credentials]\nfile = "credentials.toml"\n'
        )
        return read(config)

    return put


def test_the_check_refuses_a_credentials_file_that_others_can_read(night):
    with pytest.raises(UsageError, match=r"credentials\.file: .*chmod 600"):
        plan.check(night(0o644))


def test_the_check_names_the_line_of_a_wrong_key_and_shows_no_secret(night):
    with pytest.raises(UsageError, match=r"credentials\.toml:\d+: ") as caught:
        plan.check(night(0o600, user="usr"))
    assert SECRET not in str(caught.value)


def test_the_check_names_a_credentials_file_that_is_not_there(night, tmp_path):
    config = night(0o600)
    (tmp_path / "credentials.toml").unlink()
    with pytest.raises(UsageError, match=r"credentials\.file: .*cannot be read"):
        plan.check(config)


def test_the_plan_says_how_many_entries_there_are_and_writes_nothing(night, tmp_path):
    told = asyncio.run(plan.plan(night(0o600), frozenset()))
    assert "credentials.toml: 1 entry" in told
    assert SECRET not in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["auditor.toml", "credentials.toml"]

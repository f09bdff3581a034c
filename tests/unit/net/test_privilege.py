import os
import socket

import pytest

from auditor.net.system import privilege


def test_sudo_names_the_user_whom_files_belong_to(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert privilege.invoking_user({"SUDO_UID": "1000", "SUDO_GID": "1001"}) == (1000, 1001)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SUDO_UID": "1000"},
        {"SUDO_UID": "0", "SUDO_GID": "0"},
        {"SUDO_UID": "-1", "SUDO_GID": "5"},
        {"SUDO_UID": "x", "SUDO_GID": "5"},
        {"SUDO_UID": "٣", "SUDO_GID": "5"},
    ],
)
def test_root_itself_or_nonsense_names_nobody(monkeypatch, environ):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert privilege.invoking_user(environ) is None


def test_a_user_without_privilege_has_no_one_behind(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert privilege.invoking_user({"SUDO_UID": "1000", "SUDO_GID": "1000"}) is None


def test_raw_is_found_out_by_trying(monkeypatch):
    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refuse)
    assert privilege.can_raw() is False

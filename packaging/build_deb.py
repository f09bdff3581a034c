"""Build the Debian package: the wheel and its locked libraries in one folder, and what a system needs.

Run it from anywhere: ``python packaging/build_deb.py --out dist``. Needs uv, dpkg-deb and Debian's
own ``/usr/bin/python3``, for whose version the libraries are chosen.
"""  # noqa: INP001

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

import manpages  # noqa: E402

from auditor.app.version import VERSION  # noqa: E402
from auditor.schedule import systemd  # noqa: E402
from auditor.schedule.job import Job  # noqa: E402

NAME = "camera-auditor"
PRIVATE = Path("usr/lib/auditor")
PYTHON = "/usr/bin/python3"
MAINTAINER = "Camera Auditor maintainers <maintainers@camera-auditor.invalid>"
LEFT_OUT = ("psycopg-binary",)
"""It brings its own libpq and OpenSSL; Debian's libpq5 is kept safe by Debian."""
SHELLS = {
    "bash": "usr/share/bash-completion/completions/audit",
    "zsh": "usr/share/zsh/vendor-completions/_audit",
    "fish": "usr/share/fish/vendor_completions.d/audit.fish",
}
LAUNCHER = f"""\
#!{PYTHON} -I
import sys

sys.path.insert(0, "/{PRIVATE}")
from auditor.__main__ import main

main()
"""


def main() -> None:
    """Build it and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--level", default="6", help="of xz; 0 is quick and large")
    asked = parser.parse_args()
    out = asked.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    epoch = source_date()
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="auditor-deb-") as work:
        stage = Path(work) / "stage"
        libraries(stage, Path(work))
        system(stage, epoch)
        control(stage)
        settle(stage, epoch)
        place = out / f"{NAME}_{VERSION}_{architecture()}.deb"
        run(
            "dpkg-deb",
            "--root-owner-group",
            "-Zxz",
            f"-z{asked.level}",
            "--build",
            str(stage),
            str(place),
        )
    sys.stdout.write(f"{place}: {place.stat().st_size / 1e6:.1f} MB\n")


def run(*words: str) -> str:
    """One command; gives its output, stops the build if it fails."""
    # What runs from the staged folder must leave nothing there.
    clean = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(  # noqa: S603
        words, cwd=ROOT, check=False, capture_output=True, text=True, env=clean
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)[:200]}: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def source_date() -> int:
    """The time that the package's files carry: the environment's, else the last commit's."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    return int(named) if named else int(run("git", "log", "-1", "--format=%ct"))


def architecture() -> str:
    """Debian's name of this machine's kind."""
    return run("dpkg", "--print-architecture")


def libraries(stage: Path, work: Path) -> None:
    """The wheel and the libraries of ``uv.lock``, hashes checked, without what only installers use."""
    uv = shutil.which("uv") or str(ROOT / ".venv-tools/bin/uv")
    target = stage / PRIVATE
    run(uv, "build", "--quiet", "--wheel", "--out-dir", str(work), str(ROOT))
    wanted = run(uv, "export", "--quiet", "--locked", "--no-dev", "--no-header", "--no-annotate",
                 "--extra", "pdf", "--extra", "postgres", "--no-emit-project")  # fmt: skip
    kept = [block for block in re.split(r"\n(?=\S)", wanted) if not block.startswith(LEFT_OUT)]
    listed = work / "requirements.txt"
    listed.write_text("\n".join(kept) + "\n", encoding="utf-8")
    install = (uv, "pip", "install", "--quiet", "--target", str(target), "--python", PYTHON,
               "--no-deps", "--link-mode", "copy")  # fmt: skip
    run(*install, "--require-hashes", "-r", str(listed))
    run(*install, str(next(work.glob("*.whl"))))
    for pattern in ("bin", ".lock", "**/__pycache__", "**/*.pyc", "**/direct_url.json",
                    "**/uv_cache.json", "**/REQUESTED", "**/*.pyx", "**/*.c",
                    "**/*.h", "**/*.pxd"):  # fmt: skip
        for path in sorted(target.glob(pattern), reverse=True):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted(item for item in target.rglob("*") if item.is_file()):
        path.chmod(0o644)
        data = path.read_bytes() if path.suffix == ".py" else b""
        if data.startswith(b"#!"):  # one that Debian knows; they are imported, not run
            path.write_bytes(f"#!{PYTHON}\n".encode() + data.partition(b"\n")[2])
        if path.suffix == ".so":
            run("strip", "--strip-unneeded", str(path))
    records(target)


def records(target: Path) -> None:
    """Data files where each library looks for them, and lists of files that say what is there.

    onvif-zeep's WSDL set is a data file that belongs beside the packages; installing into a folder
    puts it below that folder's own ``lib``. Its list is how auditor finds it.
    """
    for site in (target / "lib").glob("python3.*/site-packages"):
        for item in site.iterdir():
            item.rename(target / item.name)
    shutil.rmtree(target / "lib", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        lines = []
        for line in record.read_text(encoding="utf-8").splitlines():
            name = re.sub(r"^lib/python3\.\d+/site-packages/", "", line.rsplit(",", 2)[0])
            if (target / name).is_file():
                lines.append(f"{name},,")  # md5sums has the digests, of what is really there
        record.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")


def system(stage: Path, epoch: int) -> None:
    """What the system needs beside the libraries."""
    put(stage, "usr/bin/audit", LAUNCHER, 0o755)
    example = (ROOT / "auditor/app/appliance/example.toml").read_text(encoding="utf-8")
    put(stage, "etc/auditor/auditor.toml", example, 0o640)
    job = Job(config=Path("/etc/auditor/auditor.toml"))
    for name, text in (
        (systemd.SERVICE, systemd.service(job)),
        (systemd.TIMER, systemd.timer(job)),
    ):
        about = (
            "# Started by: systemctl enable --now auditor.timer. `audit schedule install` fits it\n"
        )
        told = f"{about}# to a configuration (its time, its folders, its secrets).\n"
        put(stage, f"lib/systemd/system/{name}", told + text.partition("\n")[2])
    for name, text in manpages.pages(epoch).items():
        squeeze(stage, f"usr/share/man/man{name[-1]}/{name}.gz", text)
    for shell, place in SHELLS.items():
        put(stage, place, completion(shell))
    docs = f"usr/share/doc/{NAME}"
    squeeze(stage, f"{docs}/changelog.gz", changelog(epoch))
    put(stage, f"{docs}/copyright", copyright_text(stage / PRIVATE))
    put(stage, f"{docs}/README.md", (ROOT / "docs/how-to/appliance.md").read_text(encoding="utf-8"))
    own = ROOT / "packaging/debian"
    put(
        stage, f"usr/share/lintian/overrides/{NAME}", (own / "lintian-overrides").read_text("utf-8")
    )


def completion(shell: str) -> str:
    """The script with which a shell asks ``audit`` itself what may come next."""
    from typer._completion_shared import get_completion_script  # noqa: PLC0415

    text = get_completion_script(prog_name="audit", complete_var="_AUDIT_COMPLETE", shell=shell)
    return text.strip() + "\n"


def changelog(epoch: int) -> str:
    """Debian's form; the changes themselves stand in the project's changelog."""
    when = run("date", "-u", "-R", "-d", f"@{epoch}")
    return (
        f"{NAME} ({VERSION}) stable; urgency=medium\n\n"
        "  * See CHANGELOG.md of the project.\n\n"
        f" -- {MAINTAINER}  {when}\n"
    )


def copyright_text(target: Path) -> str:
    """Ours, and where each library's licence stands."""
    lines = []
    for info in sorted(target.glob("*.dist-info")):
        meta = (
            (info / "METADATA").read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
        )
        named = re.search(r"^License-Expression: (.+)$", meta, re.MULTILINE)
        named = named or re.search(
            r"^Classifier: License :: (?:OSI Approved :: )?(.+)$", meta, re.MULTILINE
        )
        named = named or re.search(r"^License: (.+)$", meta, re.MULTILINE)
        name = info.name.removesuffix(".dist-info").replace("-", " ")
        lines.append(f"  {name}: {named[1].strip()[:60] if named else 'see its METADATA'}")
    head = (ROOT / "packaging/debian/copyright").read_text(encoding="utf-8")
    return head + "\n".join(lines) + "\n"


def control(stage: Path) -> None:
    """The package's own papers."""
    size = sum(-(-p.stat().st_size // 1024) for p in stage.rglob("*") if p.is_file())
    code = "import sys; print('%d.%d %d.%d' % (3, sys.version_info[1], 3, sys.version_info[1] + 1))"
    low, high = run(PYTHON, "-c", code).split()
    text = (ROOT / "packaging/debian/control").read_text(encoding="utf-8")
    for name, value in {
        "NAME": NAME, "VERSION": VERSION, "ARCHITECTURE": architecture(), "SIZE": str(size),
        "MAINTAINER": MAINTAINER, "PYTHON_FROM": low, "PYTHON_BELOW": high,
    }.items():  # fmt: skip
        text = text.replace(f"@{name}@", value)
    put(stage, "DEBIAN/control", text)
    put(stage, "DEBIAN/conffiles", "/etc/auditor/auditor.toml\n")
    for script in ("postinst", "prerm", "postrm"):
        body = (ROOT / "packaging/debian" / script).read_text(encoding="utf-8")
        put(stage, f"DEBIAN/{script}", body, 0o755)
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(stage)}"
        for path in sorted(stage.rglob("*"))
        if path.is_file() and path.relative_to(stage).parts[0] not in ("DEBIAN", "etc")
    ]
    put(stage, "DEBIAN/md5sums", "\n".join(sums) + "\n")


def settle(stage: Path, epoch: int) -> None:
    """One time and plain modes for everything."""
    for path in [stage, *stage.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def put(stage: Path, place: str, text: str, mode: int = 0o644) -> None:
    """One text file."""
    path = stage / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def squeeze(stage: Path, place: str, text: str) -> None:
    """One compressed file, the same each time."""
    path = stage / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    path.chmod(0o644)


if __name__ == "__main__":
    main()

"""SSH signatures over files: made and checked by ``ssh-keygen -Y``, which anyone can run."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from auditor.model.errors import ToolError, UsageError

_SECONDS: Final = 30
_TYPING_SECONDS: Final = 300  # a passphrase, or the touch of a hardware key
_CHARS: Final = 200


def verify(data: bytes, signature: bytes, *, signers: Path, namespace: str, what: str) -> str:
    """The name under which the signer's key is allowed.

    Args:
        data: what was signed.
        signature: as ``ssh-keygen -Y sign`` wrote it.
        signers: an allowed-signers file (``man ssh-keygen``, section ALLOWED SIGNERS).
        namespace: what the signature must be for.
        what: the signed thing, for messages.

    Raises:
        UsageError: no allowed key signed it.
        ToolError: ``ssh-keygen`` is missing or hangs.
    """
    with tempfile.TemporaryDirectory(prefix="auditor-") as place:
        path = Path(place) / "signature"
        path.write_bytes(signature)
        found = _run(["-Y", "find-principals", "-s", str(path), "-f", str(signers)])
        names = found.stdout.decode("utf-8", "replace").splitlines()
        if found.returncode or not names:
            raise UsageError(
                f"{what}: the signature is of no key that {signers} allows{_said(found)}"
            )
        checked = _run(
            ["-Y", "verify", "-f", str(signers), "-I", names[0], "-n", namespace, "-s", str(path)],
            data,
        )
    if checked.returncode:
        raise UsageError(f"{what}: the signature does not hold{_said(checked)}")
    return names[0]


def intact(data: bytes, signature: bytes, *, namespace: str, what: str) -> str:
    """The fingerprint of the key that signed, whoever that is.

    Raises:
        UsageError: the signature is not over this data.
        ToolError: ``ssh-keygen`` is missing or hangs.
    """
    with tempfile.TemporaryDirectory(prefix="auditor-") as place:
        path = Path(place) / "signature"
        path.write_bytes(signature)
        checked = _run(["-Y", "check-novalidate", "-n", namespace, "-s", str(path)], data)
    if checked.returncode:
        raise UsageError(f"{what}: the signature does not hold{_said(checked)}")
    said = checked.stdout.decode("utf-8", "replace").split()
    return next((word for word in said if word.startswith("SHA256:")), "an unnamed key")


def sign(data: bytes, *, key: Path, namespace: str) -> bytes:
    """A signature over data.

    Args:
        data: what to sign.
        key: a private key, or a public one whose private half the agent holds.
        namespace: what the signature is for.

    Raises:
        UsageError: the key cannot sign.
        ToolError: ``ssh-keygen`` is missing or hangs.
    """
    with tempfile.TemporaryDirectory(prefix="auditor-") as place:
        path = Path(place) / "data"
        path.write_bytes(data)
        words = ["-Y", "sign", "-f", str(key), "-n", namespace, str(path)]
        done = _run(words, seconds=_TYPING_SECONDS)
        if done.returncode:
            raise UsageError(f"{key}: ssh-keygen cannot sign with it{_said(done)}")
        return path.with_name("data.sig").read_bytes()


def _run(
    words: list[str], data: bytes | None = None, *, seconds: float = _SECONDS
) -> subprocess.CompletedProcess[bytes]:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise ToolError("ssh-keygen is missing: install the OpenSSH client (apt: openssh-client)")
    try:
        return subprocess.run(  # noqa: S603 - no shell, a fixed tool, our own words
            [tool, *words],
            input=data or b"",
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"ssh-keygen gave no answer in {seconds} s") from None
    except OSError as error:
        raise ToolError(f"{tool}: {error.strerror}") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = " ".join(done.stderr.decode("utf-8", "replace").split())
    plain = "".join(ch for ch in text if ch.isprintable())[:_CHARS]
    return f" (ssh-keygen: {plain})" if plain else ""

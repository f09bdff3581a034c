"""A headless Chromium that is spoken to through a pipe: no port, no network."""

import base64
import fcntl
import json
import os
import select
import subprocess
import time
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)


class Chrome:
    """One page of one browser, over the DevTools pipe."""

    def __init__(self, folder: Path, seconds: float = 60.0, proxy: int | None = None) -> None:
        """Start it.

        Args:
            folder: its profile.
            seconds: how long it may be spoken to.
            proxy: a port of this machine to which it sends whatever would leave, loopback too.
        """
        flags = FLAGS
        if proxy is not None:
            through = (f"--proxy-server=127.0.0.1:{proxy}", "--proxy-bypass-list=<-loopback>")
            flags = (*(flag for flag in FLAGS if "resolver" not in flag), *through)
        self._deadline = time.monotonic() + seconds
        self._last = 0
        self._rest = b""
        self.events = []
        down, self._out = _high_pipe()
        self._in, up = _high_pipe()
        # The browser reads its file descriptor 3 and writes 4; dash cannot name those above 9.
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$0" "$@" 3<&{down} 4>&{up}', str(CHROMIUM), *flags,
             f"--user-data-dir={folder}", "about:blank"],
            pass_fds=(down, up),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
        os.close(down)
        os.close(up)
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("Browser.close")
        except (OSError, TimeoutError, RuntimeError):
            self._process.kill()
        self._process.wait(20)
        os.close(self._out)
        os.close(self._in)

    def call(self, method, **params):
        return self._call(method, session=self._session, **params)

    def open(self, path: Path, fragment: str = "") -> None:
        if fragment:  # else only the fragment would change, and nothing would be loaded
            self.events.clear()
            self.call("Page.navigate", url="about:blank")
            self.until(lambda event: event["method"] == "Page.loadEventFired")
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri() + fragment)
        self.until(lambda event: event["method"] == "Page.loadEventFired")

    def until(self, wanted) -> None:
        while not any(wanted(event) for event in self.events):
            self._take()

    def run(self, script: str):
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(str(told["exceptionDetails"]))
        return told["result"].get("value")

    def settle(self, milliseconds: int = 100) -> None:
        """Let the page's own events come first."""
        wait = f"new Promise(done => setTimeout(done, {milliseconds}))"
        self.call("Runtime.evaluate", expression=wait, awaitPromise=True)

    def emulate(self, *, width=1280, height=900, dark=False, still=True, media=""):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else ""},
        ]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def shoot(self, path: Path, *, top=0, height=None, whole=False) -> None:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {
            "x": 0, "y": top, "width": size["width"], "scale": 1,
            "height": size["height"] if whole else min(height or 900, size["height"] - top),
        }  # fmt: skip
        told = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
        )
        path.write_bytes(base64.b64decode(told["data"]))

    def complaints(self) -> list[str]:
        """Everything that the console, the log or the inspector holds against the page."""
        self.call("Runtime.evaluate", expression="1")  # whatever came before is here now
        named = (
            "Log.entryAdded",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Audits.issueAdded",
        )
        return [json.dumps(event) for event in self.events if event["method"] in named]

    def requests(self) -> list[str]:
        """Every address that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def _call(self, method, session=None, **params):
        self._last += 1
        number = self._last
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._take()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _take(self):
        while b"\0" not in self._rest:
            left = self._deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise TimeoutError("the browser did not answer in time")
            data = os.read(self._in, 1 << 20)
            if not data:
                raise RuntimeError("the browser ended")
            self._rest += data
        line, self._rest = self._rest.split(b"\0", 1)
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message


def press(browser: Chrome, selector: str) -> None:
    """Click an element."""
    browser.run(f"document.querySelector({selector!r}).click()")


def choose(browser: Chrome, selector: str, text: str) -> None:
    """Type into a field, or choose the option of that name."""
    browser.run(
        f"(e => {{ const option = Array.from(e.options ?? []).find(o => o.text === {text!r});"
        f" e.value = e.options ? option.value : {text!r}; e.dispatchEvent(new Event('input')); }})"
        f"(document.querySelector({selector!r}))"
    )


def _high_pipe() -> tuple[int, int]:
    """A pipe whose ends stay clear of the descriptors 3 and 4."""
    low = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low]
    for end in low:
        os.close(end)
    return high[0], high[1]

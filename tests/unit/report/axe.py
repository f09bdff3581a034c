"""axe-core, Deque's accessibility checker, run inside the page under test.

It is not part of this repository: ``.ci/system`` installs it with npm into a cache.
"""

import json
import os
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("AUDIT_TEST_CACHE") or Path.home() / ".cache" / "auditor-tests")
SCRIPT = CACHE / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(browser) -> list[str]:
    """What axe holds against the page as it stands: rule, and the elements.

    The checker is put in by the debugger, which the content security policy does not rule.
    """
    if not SCRIPT.exists():
        pytest.skip(f"axe-core is not installed: {SCRIPT}")
    if browser.run("typeof window.axe") == "undefined":
        browser.run(f"{SCRIPT.read_text('utf-8')};0")
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    told = browser.call(
        "Runtime.evaluate",
        expression=f"axe.run(document, {options}).then(r => JSON.stringify([r.passes.length,"
        " r.violations.map(v => [v.id, ...v.nodes.slice(0, 5).map(n => n.html.slice(0, 200)"
        " + ' :: ' + n.failureSummary)].join(' | '))]))",
        awaitPromise=True,
        returnByValue=True,
    )
    if "exceptionDetails" in told:
        raise RuntimeError(str(told["exceptionDetails"]))
    passed, found = json.loads(told["result"]["value"])
    assert passed > 20, "axe looked at next to nothing"
    return found

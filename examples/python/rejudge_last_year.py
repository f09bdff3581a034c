"""A stored scan under the law of another day: ``python rejudge_last_year.py SCAN.json DATE``.

Not one packet is sent: everything right of the observations is a pure function of them, the
database, the policy and the date.
"""

import sys

from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import rejudge
from auditor.app.reports.reporting import read


def main(path: str, day: str) -> None:
    """Print what changes from the stored judgement to the new one."""
    before = read(path)
    after = rejudge(before, bench(Terms(as_of=day)))
    then, now = before.scan.as_of, after.scan.as_of
    for old, new in zip(before.assets, after.assets, strict=True):
        mark = " " if old.headline == new.headline else "*"
        sys.stdout.write(f"{mark} {old.address}  {then}: {old.headline:14} {now}: {new.headline}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

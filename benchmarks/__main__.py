"""`make bench`: every figure is a ratio against a floor measured in the same run, on the same machine.

`python -m benchmarks [quality] [workers] [warm] [progress] [attempts] [cold] [gateway] [gradebook]
[similarity] [catalogue]`; all of them without arguments. The first two need no stack, and `quality` measures no
time.
"""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks import attempts, catalogue, cold, gateway, gradebook, progress, quality, similarity, warm, workers
from benchmarks.school import School
from infra.local.stack import Stack

_ALONE = {"quality": quality.run, "workers": workers.run}


def main() -> None:
    chosen = sys.argv[1:] or [
        *_ALONE,
        "warm",
        "progress",
        "attempts",
        "cold",
        "gateway",
        "gradebook",
        "similarity",
        "catalogue",
    ]
    for name, bench in _ALONE.items():
        if name in chosen:
            bench()
    if not set(chosen) - set(_ALONE):
        return
    with tempfile.TemporaryDirectory() as state:
        # All of the benches take longer than a token is good for.
        settings = {"BCRYPT_COST": "4", "LOG_LEVEL": "WARNING", "ACCESS_TOKEN_MINUTES": "60"}
        stack = Stack(Path(state), environ={}, environment=settings)
        with stack:
            os.environ.update(stack.functions_environment())
            school = School.open(stack)
            if "warm" in chosen:
                warm.run(school)
            if "progress" in chosen:
                progress.run(school)
            if "attempts" in chosen:
                attempts.run(school)
            if "cold" in chosen:
                cold.run(school, stack.functions_environment())
            if "gateway" in chosen:
                gateway.run(stack, school)
            if "gradebook" in chosen:
                gradebook.run(school)
            # Last: they fill the database.
            if "similarity" in chosen:
                similarity.run()
            if "catalogue" in chosen:
                catalogue.run(school)


if __name__ == "__main__":
    main()

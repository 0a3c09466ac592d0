"""A process of its own: what it knows of this one, and when it ends."""

import subprocess
from functools import partial

import pytest

from lms import child_process

run = partial(child_process.run, "timeit", "-n1", "-r1")


def test_it_knows_no_secrets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MONGODB_URI", "mongodb://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    ended = run("import os; print(dict(os.environ)); import lms", seconds=60, TMPDIR="/there")
    assert ended.returncode == 0, ended.stderr
    assert b"secret" not in ended.stdout and b"'TMPDIR': '/there'" in ended.stdout


def test_it_ends_in_time():
    with pytest.raises(subprocess.TimeoutExpired):
        run("import time; time.sleep(60)", seconds=0.5)

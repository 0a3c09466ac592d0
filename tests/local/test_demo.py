"""`make start` as a newcomer sees it: the demo runs, and what it prints is true."""

import re
import shlex
import shutil
import signal
import subprocess

from infra.local.process import free_port
from infra.local.seed import ACCOUNTS
from infra.local.stack import ROOT
from tests.local.test_main import read_until_up, run


def test_the_demo_makes_a_course_and_prints_how_to_go_on() -> None:
    ports = free_port(), free_port()
    try:
        with run(ports, demo=True) as stack:
            output = read_until_up(stack)
            require_addresses_and_accounts(output)
            assert re.search(r"Machine Learning: assembly .*32/32", output), output
            assert len(re.findall(r"\(\d+ min\)$", output, re.M)) == 15, output
            (line,) = re.findall(r"^curl .*$", output, re.M)
            require_200(line)
            stack.send_signal(signal.SIGTERM)
            assert stack.wait(timeout=60) == 0
    finally:
        shutil.rmtree(ROOT / ".local" / str(ports[0]), ignore_errors=True)


def require_addresses_and_accounts(output: str) -> None:
    named = set(re.findall(r"^  (\S.*?)  +\w+://", output, re.M))
    assert named == {"HTTP API", "API docs", "WebSocket API", "MongoDB", "AWS endpoint"}, output
    for account in ACCOUNTS:
        assert re.search(rf"^  {account.role} +{re.escape(account.email)}  {account.password}$", output, re.M)


def require_200(line: str) -> None:
    """Run the line as it stands, asking curl for the status beside the answer."""
    command = [*shlex.split(line), "-w", "\n%{http_code}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.endswith("\n200"), answer.stdout

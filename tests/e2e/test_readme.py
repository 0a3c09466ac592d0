"""The README's lines, run as they stand."""

import json
import re
import subprocess
from pathlib import Path

from infra.local.stack import ROOT, Stack

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_curl_line_runs(stack: Stack, tmp_path: Path):
    script = "\n".join(re.findall(r"```bash\n(.*?)```", README, re.S))
    assert script.startswith("API=http://127.0.0.1:8000\n")
    assert script.count("curl ") == README.count("curl -"), "no curl line stands outside the script"
    here = script.replace("http://127.0.0.1:8000", stack.url)
    here = here.replace('"securepassword"}\')', '"securepassword"}\')\necho "$LOGIN"')
    here = here.replace('"lesson_count":15}\')', '"lesson_count":15}\')\necho "$JOB"')
    one_answer_a_line = 'curl() { command curl "$@"; echo; }\n'
    ended = subprocess.run(
        ["bash", "-euc", one_answer_a_line + here],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    answers = [json.loads(line) for line in ended.stdout.splitlines() if line.strip()]
    registered, login, me, created, listed, accepted, job, ticket, services = answers
    assert registered["user"]["email"] == "user@example.com"
    assert login["token_type"] == "Bearer"
    assert me["id"] == registered["user"]["id"]
    assert created["title"] == "Introduction to Python"
    assert listed["items"][0]["id"] == created["id"]
    assert accepted["status"] == "queued"
    assert job["id"] == accepted["job_id"]
    assert ticket["expires_in"] == 60
    assert services


def test_what_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z]+)|`make ([a-z]+)", README, re.M):
        target = "".join(target)
        assert re.search(rf"^{target}:", makefile, re.M), target
    for path in re.findall(r"`((?:functions|layers|infra|tests|events|lms)/[\w/.<>-]+)`", README):
        if "<" in path or "summary" in path:
            continue
        place = ROOT / ("layers/core/python/" + path if path.startswith("lms/") else path)
        assert place.exists(), path

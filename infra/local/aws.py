"""The AWS endpoint of the stack: moto's server in a process of its own."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from infra.local.process import StackError, free_port, port_is_free, spawn, stop

_STARTUP_SECONDS = 30.0


class Aws:
    """moto on a free port of 127.0.0.1; `endpoint` is what AWS clients are given."""

    def __init__(self, state: Path) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._log = state / "moto.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; `wait` tells when it answers."""
        command = [sys.executable, "-m", "infra.local.moto_server", "--port", str(self.port)]
        self._process = spawn(command, log=self._log)

    def wait(self) -> None:
        """Return once the server listens. StackError when it does not come up."""
        deadline = time.monotonic() + _STARTUP_SECONDS
        while port_is_free(self.port):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"moto did not start; its log says why: {self._log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the process. Idempotent."""
        if self._process:
            stop(self._process, patience=2)
            self._process = None

    def sent_mail(self) -> list[dict[str, Any]]:
        """The mail that SES was asked to send, oldest first."""
        with urllib.request.urlopen(f"{self.endpoint}/local/mail", timeout=10) as answer:  # noqa: S310
            mail: list[dict[str, Any]] = json.load(answer)
        return mail

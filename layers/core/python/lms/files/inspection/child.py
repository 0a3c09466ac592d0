"""The process that ``apart`` starts: inspects one file and writes the reason, a line, and the sentence."""

import resource
import sys
from pathlib import Path

from lms.files.inspection import contents

MEMORY_BYTES = 1280 * 1024 * 1024
"""Of address space; the picture of the most pixels takes a quarter of it."""


def _main(path: str, content_type: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    verdict = contents.inspect(Path(path), content_type)
    sys.stdout.write(f"{verdict.reason or ''}\n{verdict.sentence}")


if __name__ == "__main__":
    _main(*sys.argv[1:])

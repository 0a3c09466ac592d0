"""The process that reads one file: ``python -m lms.extraction.child PATH TYPE SECONDS BYTES``, JSON on stdout."""

import json
import resource
import sys
from pathlib import Path

from lms.extraction import reading
from lms.extraction.extracted import Unreadable


def main(path: str, content_type: str, seconds: str, memory: str) -> None:
    for limit, value in (
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        answer = dict(reading.read(Path(path), content_type)._asdict())
    except Unreadable as failure:
        answer = {"failed": failure.code}
    except MemoryError:
        answer = {"failed": "TOO_LARGE"}
    except Exception:
        # A file that a library does not get along with is, for its owner, one that cannot be read.
        answer = {"failed": "DAMAGED"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A handler that does what its event says."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from lms import clock

state = {"events": 0}


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    state["events"] += 1
    match event["do"]:
        case "echo":
            return event.get("value")
        case "describe":
            return {
                "pid": os.getpid(),
                "zygote": os.getppid(),
                "events": state["events"],
                "now": clock.now().timestamp(),
                "remaining": context.get_remaining_time_in_millis(),
                "request_id": context.aws_request_id,
                "function_name": context.function_name,
                "arn": context.invoked_function_arn,
                "memory": context.memory_limit_in_mb,
                "variable": os.environ.get("PROBE"),
                "environment_function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
                "credentials": os.environ.get("AWS_PROFILE"),
            }
        case "print":
            print(event["value"])
            print(event["value"] + " on stderr", file=sys.stderr)
        case "sleep":
            time.sleep(event["seconds"])
        case "wait":
            while not Path(event["path"]).exists():
                time.sleep(0.005)
        case "fail":
            raise ValueError(event["value"])
        case "exit":
            sys.exit(3)
        case "object":
            return object()
        case "large":
            return "x" * event["bytes"]
    return None

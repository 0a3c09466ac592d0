import os
import subprocess
import sys


def test_google_genai_is_loaded_with_the_first_provider_only():
    heavy = {"google.genai", "httpx2", "boto3"}
    code = f"import sys, lms.ai.gemini.checks, lms.ai.gemini.provider; print({heavy} & sys.modules.keys())"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

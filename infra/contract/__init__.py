"""The contract, written from the handlers: openapi.json and asyncapi.json for clients,
infra/api.yaml for API Gateway."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# As on Lambda, where the layer and the functions' folder are on the path.
sys.path[:0] = [folder for folder in (f"{ROOT}/layers/core/python", f"{ROOT}/functions") if folder not in sys.path]

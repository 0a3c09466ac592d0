"""Invoked once a deployment: creates collections and indexes, and brings in the library of texts."""

import importlib
import pkgutil
from typing import Any

import lms
from lms import mongo
from lms.ai import library

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    for module in pkgutil.walk_packages(lms.__path__, "lms."):
        if module.name.endswith(".repository") or module.name.count(".") == 1:
            importlib.import_module(module.name)
    mongo.create_indexes()
    return {"collections": sorted(mongo.declared), "library_texts": library.seed()}

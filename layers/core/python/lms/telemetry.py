"""The one logger. Logs carry ids, never names, addresses or bodies."""

import logging

from aws_lambda_powertools.logging import Logger

logger = Logger(service=None, log_uncaught_exceptions=False)

# Lambda's runtime logs what libraries say too, and below warnings these tell whole commands and requests, with
# people's data in them. Ours keeps the level that LOG_LEVEL sets.
logging.getLogger().setLevel(logging.WARNING)

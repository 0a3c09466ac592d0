"""The one logger. Logs carry ids, never names, addresses or bodies."""

from aws_lambda_powertools.logging import Logger

logger = Logger(service=None, log_uncaught_exceptions=False)

"""The resolver validates where a client sends something that a signature declares, and nowhere else."""

from typing import Any

import pytest

from infra.contract.endpoints import import_handlers
from lms.http import app

import_handlers()
ROUTES = app._static_routes + app._dynamic_routes


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.openapi_path}")
def test_a_route_is_validated_exactly_when_it_takes_a_body_or_a_query(route: Any):
    takes = bool(route.dependant.body_params or route.dependant.query_params)
    assert route.enable_validation is (None if takes else False)

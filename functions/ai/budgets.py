"""GET, PUT /ai/budgets"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.http import app, if_match, lambda_handler, shown
from lms.spending import budgets
from lms.spending.models.budgets import Budgets, BudgetsBody

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/ai/budgets", compress=True, enable_validation=False)
def read(caller: Annotated[Caller, Depends(allowed("budget.change"))]) -> Response[Budgets]:
    return shown(Budgets, budgets.of())


@app.put("/ai/budgets")
def change(body: BudgetsBody, caller: Annotated[Caller, Depends(allowed("budget.change"))]) -> Response[Budgets]:
    return shown(Budgets, budgets.change(caller.id, body, if_match()))

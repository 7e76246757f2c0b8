"""The routes of signed-in customers: listed in api/operations.py, answered in api/customer_answers.py."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.endpoint import register
from chalicelib.api.operations import CUSTOMER

customer = Blueprint(__name__)

for _operation in CUSTOMER:
    register(customer, _operation)

"""The API's entry point: the Chalice app, assembled from blueprints, inside our one decorator."""

from __future__ import annotations

import logging

from chalice.app import Chalice

from chalicelib.api.customer import customer
from chalicelib.api.endpoint import problems_only
from chalicelib.api.health import health
from chalicelib.runtime.handler import lambda_handler
from chalicelib.runtime.log import logger

app = Chalice(app_name="headgate", configure_logs=False)
app.log = logging.getLogger(logger.name)  # Chalice's own lines pass the same filter as ours
app.experimental_feature_flags.update(["BLUEPRINTS"])

app.register_middleware(problems_only, "http")
app.register_blueprint(health)
app.register_blueprint(customer)

handler = lambda_handler(app)

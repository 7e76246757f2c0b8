"""The API's entry point: the Chalice app, assembled from blueprints, inside our one decorator."""

from __future__ import annotations

import logging

from chalice.app import Chalice

from chalicelib.api.health import health
from chalicelib.runtime.handler import lambda_handler
from chalicelib.runtime.log import logger

app = Chalice(app_name="headgate", configure_logs=False)
app.log = logging.getLogger(logger.name)  # Chalice's own lines pass the same filter as ours
app.experimental_feature_flags.update(["BLUEPRINTS"])

app.register_blueprint(health)

handler = lambda_handler(app)

"""What we take SendGrid to answer is what its own description says."""

import json

import pytest
from jsonschema import Draft202012Validator

from tests.doctor.cases import hook
from tests.parts import SHARED_DATA


@pytest.mark.part("shared-data")
def test_our_webhook_is_one_of_the_description() -> None:
    told = json.loads((SHARED_DATA / "sendgrid" / "tsg_webhooks_v3.json").read_text("utf-8"))
    asked = told["paths"]["/v3/user/webhooks/event/settings/all"]["get"]
    schema = asked["responses"]["200"]["content"]["application/json"]["schema"]
    judge = Draft202012Validator({**schema, "components": told["components"]})
    judge.validate(hook())
    assert not judge.is_valid({"webhooks": [{"enabled": "yes"}]}), "the judge can say no"

"""A provider that keeps running, behind its forwarder, answers as one that each command starts."""

from __future__ import annotations

from tests.support import provider_forwarder
from tests.support.terraform import MOSTLY_OLDEST

CONFIGURATION = """
provider "aws" {{
  region = "{region}"
}}
resource "aws_ssm_parameter" "it" {{
  name  = "OUTPUT_IT"
  type  = "{kind}"
  value = "x"
}}
"""
GOOD = CONFIGURATION.format(region="eu-central-1", kind="String")
BAD_SETTING = CONFIGURATION.format(region="nowhere", kind="String")
BAD_RESOURCE = CONFIGURATION.format(region="eu-central-1", kind="Text")


@MOSTLY_OLDEST
def test_it_says_the_same(terraform):
    """What is planned, what is wrong with the settings and with a resource; also when it was asked before."""
    for number, text in enumerate((GOOD, BAD_SETTING, BAD_RESOURCE)):
        own = terraform.configuration(f"own_{number}", text, own_provider=True).run("plan")
        for again in range(2):
            warm = terraform.configuration(f"warm_{number}_{again}", text).run("plan")
            assert (own.rc, own.stdout, own.stderr) == (warm.rc, warm.stdout, warm.stderr)
    assert "expected type to be one of [" in own.said


def test_only_what_the_project_names_is_left_of_the_schemas():
    """Entries of other types go; all other fields stay as they are, in their order."""

    def field(number, content):
        assert len(content) < 128
        return bytes([number << 3 | 2, len(content)]) + content

    def entry(name):
        return field(1, name) + field(2, b"its schema")

    settings, capability, function = field(1, b"settings"), bytes([6 << 3, 1]), field(7, entry(b"arn_parse"))
    kept = [settings, field(2, entry(b"aws_one")), capability, field(3, entry(b"aws_one")), function]
    message = [*kept[:2], field(2, entry(b"aws_two")), *kept[2:], field(8, entry(b"aws_three"))]

    assert b"".join(kept) == provider_forwarder.trimmed(b"".join(message), {b"aws_one"})
    assert {b"aws_ssm_parameter", b"aws_lambda_function"} < provider_forwarder.named_types()

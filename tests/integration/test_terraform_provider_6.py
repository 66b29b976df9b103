"""The modules use what AWS provider 6.x has, by its published bindings: the provider itself is in no package."""

from __future__ import annotations

import re

import hcl2
import pytest

from scripts.wheels import WheelUnavailableError
from tests.support.provider_bindings import schemas, wheel
from tests.support.terraform import SOURCES

pytestmark = pytest.mark.full

KINDS = {"resource": "resources", "data": "data-sources"}
REFERENCE = re.compile(r"\b(data\.)?(aws_[a-z0-9_]+)\.\w+(?:\[[^\]]*\])?\.([a-z_]+)")


def texts():
    """Return each file of each module."""
    return {path: path.read_text() for path in sorted(SOURCES.glob("modules/*/*.tf"))}


def used():
    """Return (where, kind, type, block) of each resource and data source."""
    return [
        (f"{path.parent.name}/{path.name}", KINDS[kind], name.strip('"'), body)
        for path, text in texts().items()
        for kind in KINDS
        for entry in hcl2.loads(text).get(kind, [])
        for name, labelled in entry.items()
        if name.strip('"').startswith("aws_")
        for body in labelled.values()
    ]


@pytest.fixture(scope="module")
def provider_6():
    """The schemas of all that the modules use."""
    try:
        package = wheel()
    except WheelUnavailableError as error:
        pytest.skip(str(error))
    return schemas(package, {(kind, name) for _where, kind, name, _body in used()})


def test_provider_6_has_every_resource_and_argument(provider_6):
    """Blocks in blocks included."""
    assert {(kind, name) for _where, kind, name, _body in used()} == set(provider_6)
    unknown = {
        f"{where}: {name}.{argument}"
        for where, kind, name, body in used()
        for argument in provider_6[kind, name].unknown(body)
    }

    assert set() == unknown
    assert {"aws_ssm_parameter", "aws_scheduler_schedule_group", "aws_region"} <= {name for _kind, name in provider_6}


def test_provider_6_has_every_attribute_that_is_read(provider_6):
    """`data.aws_region.current.id`, and not `name`, which 6.x deprecates."""
    read = {
        ("data-sources" if data else "resources", name, attribute)
        for text in texts().values()
        for data, name, attribute in REFERENCE.findall(text)
    }
    unknown = {key for key in read if key[:2] in provider_6 and key[2] not in provider_6[key[:2]].attributes}

    assert set() == unknown
    assert ("data-sources", "aws_region", "id") in read
    assert ("data-sources", "aws_region", "name") not in read


def test_what_provider_6_lacks_is_found(provider_6):
    """An argument that it never had, at the top, in a block and in a dynamic one."""
    parameter = provider_6["resources", "aws_ssm_parameter"]
    stage = provider_6["resources", "aws_apigatewayv2_stage"]

    assert ["no_such"] == parameter.unknown({"name": '"x"', "count": 1, "no_such": 1})
    assert ["default_route_settings.no_such"] == stage.unknown(
        {"default_route_settings": [{"throttling_rate_limit": 1, "no_such": 1}]}
    )
    assert ["access_log_settings.no_such", "nor_such"] == stage.unknown(
        {
            "dynamic": [
                {'"access_log_settings"': {"for_each": 1, "content": [{"format": 1, "no_such": 1}]}},
                {'"nor_such"': {"for_each": 1, "content": [{}]}},
            ]
        }
    )
    assert "no_such" not in parameter.attributes

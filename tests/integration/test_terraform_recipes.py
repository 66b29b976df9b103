"""The recipes of the ssm_outputs module's page, each followed to an empty second plan."""

from __future__ import annotations

from tests.support.terraform import MOSTLY_OLDEST, OVERRIDE

# One module for each stack, default_tags, and parameters that were written by hand.
EVERYTHING = """
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { owner = "platform" }
  }
}
variable "stacks" {
  type    = map(string)
  default = { web = "10.0.0.1", db = "10.0.0.2" }
}
module "stack" {
  source   = "../../modules/ssm_outputs"
  for_each = var.stacks
  prefix   = "/${each.key}/OUTPUT_"
  strings  = { address = each.value }
  secrets  = { password = "hunter2" }
  tags     = { stack = each.key }
}
module "taken_over" {
  source  = "../../modules/ssm_outputs"
  strings = { vpc_id = "vpc-1" }
  lists   = { ip = ["10.0.0.1", "10.0.0.2"] }
}
import {
  to = module.taken_over.aws_ssm_parameter.output["VPC_ID"]
  id = "OUTPUT_VPC_ID"
}
import {
  to = module.taken_over.aws_ssm_parameter.output["IP_0"]
  id = "OUTPUT_IP_0"
}
import {
  to = module.taken_over.aws_ssm_parameter.output["IP_1"]
  id = "OUTPUT_IP_1"
}
"""
REGIONS = """
provider "aws" {
  region = "eu-central-1"
}
provider "aws" {
  alias  = "paris"
  region = "eu-west-3"
}
module "frankfurt" {
  source = "../../modules/ssm_outputs"
  lists  = { ip = ["10.0.0.1", "10.0.0.2"] }
}
module "paris" {
  source          = "../../modules/ssm_outputs"
  providers       = { aws = aws.paris }
  lists           = { ip = ["10.9.0.1", "10.9.0.2"] }
  snapshot        = true
  snapshot_chunks = 1
}
"""


def value_of(aws, name, region=None):
    """Return what SSM holds."""
    return aws.client("ssm", region).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def tags_of(aws, name):
    """Return the tags of a parameter."""
    tags = aws.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return {tag["Key"]: tag["Value"] for tag in tags}


@MOSTLY_OLDEST
def test_tags_stacks_and_what_was_written_by_hand(aws, terraform):
    """One apply of all of them; what is imported is neither created nor replaced; drift by hand is set back."""
    aws.publish({"VPC_ID": "vpc-1", "IP": ["10.0.0.1", "10.0.0.2"]})
    configuration = terraform.configuration("recipes", EVERYTHING)

    applied = configuration.apply()
    assert "3 imported, 4 added, 3 changed, 0 destroyed" in applied.output
    assert not configuration.changes()
    assert {"owner": "platform", "stack": "web"} == tags_of(aws, "/web/OUTPUT_ADDRESS")

    drift_by_hand(aws.client("ssm"))
    healed = configuration.apply()
    assert "2 added, 3 changed, 0 destroyed" in healed.output
    assert not configuration.changes()
    assert "10.0.0.1" == value_of(aws, "/web/OUTPUT_ADDRESS")
    assert "hunter2" == value_of(aws, "/web/OUTPUT_PASSWORD")
    assert "10.0.0.2" == value_of(aws, "/db/OUTPUT_ADDRESS")
    assert {"owner": "platform"} == tags_of(aws, "OUTPUT_VPC_ID")
    assert {"owner": "platform"} == tags_of(aws, "OUTPUT_IP_0")

    fewer = configuration.apply(stacks={"web": "10.0.0.1"})
    assert "0 added, 0 changed, 2 destroyed" in fewer.output
    assert not configuration.changes(stacks={"web": "10.0.0.1"})


@MOSTLY_OLDEST
def test_two_regions_by_alias(aws, terraform):
    """The same names in both, and a second plan that is empty."""
    configuration = terraform.configuration("regions", REGIONS, own_provider=True)
    override = OVERRIDE.format(url=aws.url)
    alias = override.replace('provider "aws" {', 'provider "aws" {\n  alias = "paris"')
    (configuration.folder / "aws_override.tf").write_text(override + alias)

    configuration.apply()
    assert "10.9.0.2" == value_of(aws, "OUTPUT_IP_1", "eu-west-3")
    assert "10.0.0.2" == value_of(aws, "OUTPUT_IP_1")
    assert not configuration.changes()


def drift_by_hand(ssm):
    """Change a value, a secret and tags, and delete two."""
    ssm.put_parameter(Name="/web/OUTPUT_ADDRESS", Value="10.6.6.6", Type="String", Overwrite=True)
    ssm.put_parameter(Name="/web/OUTPUT_PASSWORD", Value="by hand", Type="SecureString", Overwrite=True)
    tags = [{"Key": "by", "Value": "hand"}]
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="OUTPUT_VPC_ID", Tags=tags)
    ssm.delete_parameters(Names=["/db/OUTPUT_ADDRESS", "OUTPUT_IP_0"])


BEFORE = """
provider "aws" {
  region = "eu-central-1"
}
module "outputs" {
  source          = "../../modules/ssm_outputs"
  lists           = { ip = ["10.0.0.1", "10.0.0.2"] }
  snapshot        = true
  snapshot_chunks = 1
}
"""
MOVING = (
    BEFORE.replace(
        'module "outputs" {',
        'module "outputs" {\n  for_each        = toset(var.prefixes)\n  prefix          = each.key',
    )
    + """
variable "prefixes" {
  type = list(string)
}
moved {
  from = module.outputs
  to   = module.outputs["OUTPUT_"]
}
"""
)


@MOSTLY_OLDEST
def test_a_new_prefix_is_there_before_the_old_one_goes(aws, terraform):
    """Both for as long as readers need; nothing of the old prefix is written, and no moment has neither."""
    configuration = terraform.configuration("moving", BEFORE)
    configuration.apply()
    (configuration.folder / "main.tf").write_text(MOVING)
    assert configuration.run("init").rc == 0

    both = ["OUTPUT_", "/prod/OUTPUT_"]
    aws.forget_calls()
    applied = configuration.apply(prefixes=both)
    assert "3 added, 0 changed, 0 destroyed" in applied.output
    assert {"/prod/OUTPUT_IP_0", "/prod/OUTPUT_IP_1", "/prod/OUTPUT_SNAPSHOT.0"} == written(aws)
    assert not configuration.changes(prefixes=both)

    aws.forget_calls()
    applied = configuration.apply(prefixes=both[1:])
    assert "0 added, 0 changed, 3 destroyed" in applied.output
    assert set() == written(aws)
    assert not configuration.changes(prefixes=both[1:])
    names = [item["Name"] for item in aws.client("ssm").describe_parameters()["Parameters"]]
    assert ["/prod/OUTPUT_IP_0", "/prod/OUTPUT_IP_1", "/prod/OUTPUT_SNAPSHOT.0"] == sorted(names)


def written(aws):
    """Return the names of the parameters that were written."""
    return {sent["Name"] for sent in aws.app.requests("ssm:PutParameter")}


OVERWRITING = """
provider "aws" {
  region = "eu-central-1"
}
module "a" {
  source    = "../../modules/ssm_outputs"
  strings   = { vpc_id = "vpc-1", zone = "a" }
  tags      = { team = "web" }
  overwrite = true
}
variable "tier" {
  default = "Standard"
}
module "b" {
  source          = "../../modules/ssm_outputs"
  prefix          = "/b/"
  strings         = { VPC_ID = "vpc-2" }
  tier            = var.tier
  snapshot        = true
  snapshot_chunks = 1
}
locals {
  shared = setintersection(module.a.names, module.b.names)
}
check "one_module_for_each_name" {
  assert {
    condition     = length(local.shared) == 0
    error_message = "Published by two modules: ${join(", ", local.shared)}."
  }
}
"""


@MOSTLY_OLDEST
def test_overwrite_foreign_tags_and_the_way_back_from_advanced(aws, terraform):
    """Foreign tags are gone with the second apply; two modules of one name are named; the snapshot outlives a tier."""
    aws.publish({"VPC_ID": "of-somebody-else"})
    tags = [{"Key": "foreign", "Value": "yes"}]
    aws.client("ssm").add_tags_to_resource(ResourceType="Parameter", ResourceId="OUTPUT_VPC_ID", Tags=tags)
    configuration = terraform.configuration("overwriting", OVERWRITING)
    applied = configuration.apply(tier="Advanced")
    assert "Published by two modules" not in applied.output
    configuration.apply(tier="Advanced")
    assert not configuration.changes(tier="Advanced")
    assert ("vpc-1", {"team": "web"}) == (value_of(aws, "OUTPUT_VPC_ID"), tags_of(aws, "OUTPUT_VPC_ID"))

    aws.forget_calls()
    configuration.apply(tier="Standard")
    assert not configuration.changes(tier="Standard")
    assert {"/b/VPC_ID"} == {sent["Name"] for sent in aws.app.requests("ssm:DeleteParameter")}
    assert {"/b/VPC_ID"} == written(aws)

    text = OVERWRITING.replace('prefix          = "/b/"', "overwrite       = true")
    (configuration.folder / "main.tf").write_text(text)
    planned = configuration.run("plan", tier="Standard")
    assert "Published by two modules: OUTPUT_VPC_ID." in " ".join(planned.output.replace("│", " ").split())


LONG = """
provider "aws" {
  region = "eu-central-1"
}
variable "number" {}
variable "parameters" {}
module "outputs" {
  source          = "../../modules/ssm_outputs"
  lists           = { ip = [for index in range(var.number) : "10.0.0.${index}"] }
  parameters      = var.parameters
  snapshot        = !var.parameters
  snapshot_chunks = 2
}
"""


@MOSTLY_OLDEST
def test_what_a_long_list_costs(aws, terraform):
    """Four calls an element at apply and three at plan, as the page says; a snapshot costs two parameters."""
    configuration = terraform.configuration("long", LONG)
    assert (2 * 4, 2 * 3) == costs(aws, configuration, number=40, parameters=False)
    # The slices are read once more, and deleted.
    assert (40 * 4 + 2 * 3 + 2, 40 * 3) == costs(aws, configuration, number=40, parameters=True)


def costs(aws, configuration, **variables):
    """Count SSM's calls of an apply and of the empty plan after it."""
    counts = []
    for step in (configuration.apply, configuration.changes):
        aws.forget_calls()
        changed = step(**variables)
        counts.append(sum(number for name, number in aws.calls().items() if name.startswith("ssm:")))
    assert not changed
    return tuple(counts)


OPTIONS = """
provider "aws" {
  region = "eu-central-1"
}
variable "options" {
  type = map(object({
    tier                 = optional(string)
    allowed_pattern      = optional(string)
    data_type            = optional(string)
    ignore_value_changes = optional(bool)
  }))
  default = {
    release = { ignore_value_changes = true }
    token   = { ignore_value_changes = true, tier = "Advanced" }
    ami     = { data_type = "aws:ec2:image" }
    stage   = { allowed_pattern = "^(prod|test)$" }
    big     = { tier = "Advanced" }
  }
}
module "outputs" {
  source  = "../../modules/ssm_outputs"
  strings = { release = "1", ami = "ami-12c6146b", stage = "prod", big = "x", plain = "y" }
  secrets = { token = "first" }
  options = var.options
}
"""


@MOSTLY_OLDEST
def test_options_of_single_outputs(aws, terraform):
    """Each second plan is empty; what others make of a value stays; an option that is taken away goes back."""
    ssm = aws.client("ssm")
    configuration = terraform.configuration("options", OPTIONS)
    configuration.apply()
    assert not configuration.changes()
    described = {item["Name"].removeprefix("OUTPUT_"): item for item in ssm.describe_parameters()["Parameters"]}
    assert {"BIG", "TOKEN"} == {name for name, item in described.items() if item.get("Tier") == "Advanced"}
    assert {"STAGE": "^(prod|test)$"} == {
        name: item["AllowedPattern"] for name, item in described.items() if item.get("AllowedPattern")
    }
    assert {"AMI"} == {name for name, item in described.items() if item.get("DataType") == "aws:ec2:image"}

    ssm.put_parameter(Name="OUTPUT_RELEASE", Value="2", Type="String", Overwrite=True)
    ssm.put_parameter(Name="OUTPUT_TOKEN", Value="rotated", Type="SecureString", Tier="Advanced", Overwrite=True)
    assert not configuration.changes()

    others = {"release": {"ignore_value_changes": True}, "token": {"ignore_value_changes": True, "tier": "Advanced"}}
    configuration.apply(options=others)
    assert not configuration.changes(options=others)
    assert ("2", "rotated") == (value_of(aws, "OUTPUT_RELEASE"), value_of(aws, "OUTPUT_TOKEN"))
    assert "ami-12c6146b" == value_of(aws, "OUTPUT_AMI")

"""Who upgrades the ssm_outputs module sees no parameter replaced, and what was given can be taken back."""

from __future__ import annotations

import json

from tests.support.terraform import MOSTLY_OLDEST

MODULE = """
variable "address" {
  default = "10.0.0.1"
}
variable "overwrite" {
  default = false
}
variable "key" {
  type    = string
  default = null
}
provider "aws" {
  region = "eu-central-1"
}
module "outputs" {
  source          = "../../modules/ssm_outputs"
  strings         = { my_ip = var.address }
  lists           = { ips = ["10.0.0.2"], none = [] }
  objects         = { web = { a = [1] } }
  secrets         = { password = "hunter2" }
  tags            = { team = "web" }
  snapshot        = true
  snapshot_chunks = 1
  overwrite       = var.overwrite
  kms_key_id      = var.key
}
"""

# The resources of release 0.1.0 with what they set, at their addresses. A clone without history has no older module.
RELEASE_0_1 = """
variable "strings" {}
variable "lists" {}
variable "objects" {}
variable "secrets" {}
variable "tags" {}
variable "snapshot" {}
variable "snapshot_chunks" {}
variable "overwrite" {}
variable "kms_key_id" {}
locals {
  plain = merge(
    { for name, value in var.strings : upper(name) => [name, value] },
    merge([for name, items in var.lists :
      { for index, value in items : "${upper(name)}_${index}" => [name, value] }]...),
    { for name, items in var.lists : upper(name) => [name, "[]"] if length(items) == 0 },
    { for name, value in var.objects : upper(name) => [name, jsonencode(value)] },
  )
}
resource "aws_ssm_parameter" "output" {
  for_each    = local.plain
  name        = "OUTPUT_${each.key}"
  description = "Terraform output ${each.value[0]}"
  type        = "String"
  value       = each.value[1]
  tier        = "Standard"
  overwrite   = var.overwrite ? true : null
  tags        = var.tags
}
resource "aws_ssm_parameter" "secret" {
  for_each    = { for name, value in var.secrets : upper(name) => name }
  name        = "OUTPUT_${each.key}"
  description = "Terraform output ${each.value}"
  type        = "SecureString"
  value       = var.secrets[each.value]
  key_id      = var.kms_key_id
  tier        = "Standard"
  overwrite   = var.overwrite ? true : null
  tags        = var.tags
}
resource "aws_ssm_parameter" "snapshot" {
  count       = var.snapshot_chunks
  name        = "OUTPUT_SNAPSHOT.${count.index}"
  description = "Terraform outputs, slice ${count.index} of ${var.snapshot_chunks}, for tfbridge.aws"
  type        = "String"
  value       = "tfb1:of-release-0.1"
  tier        = "Standard"
  overwrite   = var.overwrite ? true : null
  tags        = var.tags
}
"""


@MOSTLY_OLDEST
def test_an_upgrade_replaces_nothing(terraform):
    """Release 0.1.0 applied, then this one: nothing is created, deleted or replaced."""
    old = terraform.root / "modules" / "outputs_0_1"
    old.mkdir()
    (old / "main.tf").write_text(RELEASE_0_1)
    configuration = terraform.configuration("upgrade", MODULE.replace("ssm_outputs", "outputs_0_1"))
    configuration.apply()
    (configuration.folder / "main.tf").write_text(MODULE)
    initialised = configuration.run("init")
    assert initialised.rc == 0, initialised.output
    planned = configuration.run("plan", "-out=upgrade.plan")
    assert planned.rc == 0, planned.output
    changes = json.loads(configuration.run("show", "-json", "upgrade.plan").stdout)["resource_changes"]

    assert 6 == len(changes)
    assert [] == [change["address"] for change in changes if {"create", "delete"} & set(change["change"]["actions"])]
    configuration.apply()
    assert not configuration.changes()


@MOSTLY_OLDEST
def test_what_is_taken_away_goes_back(aws, terraform):
    """Overwrite taken back blocks no later change; the key goes back, also where somebody changed it by hand."""
    ssm = aws.client("ssm")
    configuration = terraform.configuration("back", MODULE)
    configuration.apply(overwrite=True, key="alias/mine")
    configuration.apply()
    configuration.apply(address="10.0.0.9")
    assert not configuration.changes(address="10.0.0.9")
    assert "10.0.0.9" == ssm.get_parameter(Name="OUTPUT_MY_IP")["Parameter"]["Value"]
    assert "alias/aws/ssm" == key_of(ssm)

    ssm.put_parameter(
        Name="OUTPUT_PASSWORD", Value="hunter2", Type="SecureString", KeyId="alias/by-hand", Overwrite=True
    )
    configuration.apply(address="10.0.0.9")
    assert not configuration.changes(address="10.0.0.9")
    assert "alias/aws/ssm" == key_of(ssm)


def key_of(ssm):
    """Return the key of the secret."""
    filters = [{"Key": "Name", "Values": ["OUTPUT_PASSWORD"]}]
    return ssm.describe_parameters(ParameterFilters=filters)["Parameters"][0]["KeyId"]

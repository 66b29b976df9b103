# The values are ephemeral: what can be said of them is whether they fit, and never what they are.
locals {
  limit = var.tier == "Standard" ? 4096 : 8192
  # As in ssm_outputs: SSM takes 1,011 with the longest ARN of all regions.
  name_limit = 955
}

resource "aws_ssm_parameter" "secret" {
  for_each = var.create ? var.versions : {}

  name             = "${var.prefix}${upper(each.key)}"
  description      = "Terraform output ${each.key}"
  type             = "SecureString"
  value_wo         = var.secrets[each.key]
  value_wo_version = each.value
  key_id           = var.kms_key_id == null ? "alias/aws/ssm" : var.kms_key_id
  tier             = var.tier
  tags             = var.tags

  lifecycle {
    precondition {
      condition     = contains(keys(var.secrets), each.key)
      error_message = "versions.${each.key}: secrets has no value of that name."
    }
    precondition {
      condition     = length(trimprefix("${var.prefix}${each.key}", "/")) <= local.name_limit
      error_message = "secrets.${each.key}: the name has ${length("${var.prefix}${each.key}")} characters, and SSM takes ${local.name_limit}. Shorten it, or the prefix."
    }
    precondition {
      condition     = try(length(var.secrets[each.key]), 0) > 0
      error_message = "secrets.${each.key} (${var.prefix}${upper(each.key)}): the value is empty or null, and SSM holds no empty value."
    }
    precondition {
      condition     = !can(regex("\\{\\{", var.secrets[each.key]))
      error_message = "secrets.${each.key} (${var.prefix}${upper(each.key)}): the value has '{{' in it, which SSM refuses."
    }
    precondition {
      condition     = !can(regex("\\x00", var.secrets[each.key]))
      error_message = "secrets.${each.key} (${var.prefix}${upper(each.key)}): the value has a NUL character in it, which SSM refuses."
    }
    precondition {
      condition     = try(length(base64encode(var.secrets[each.key])) / 4 * 3 - length(regexall("=", base64encode(var.secrets[each.key]))), 0) <= local.limit
      error_message = "secrets.${each.key} (${var.prefix}${upper(each.key)}): the value has more than the ${local.limit} bytes that a parameter of tier ${var.tier} holds."
    }
  }
}

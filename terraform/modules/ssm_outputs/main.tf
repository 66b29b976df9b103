# Values may be unknown at plan: names and numbers of parameters never depend on them.
locals {
  given = concat(
    [for name, value in var.strings :
    { origin = "strings.${name}", output = name, name = upper(name), value = value, element = false }],
    flatten([for name, elements in var.lists : [for index, value in elements :
    { origin = "lists.${name}[${index}]", output = name, name = "${upper(name)}_${index}", value = value, element = true }]]),
    [for name, elements in var.lists :
    { origin = "lists.${name}", output = name, name = upper(name), value = "[]", element = false } if length(elements) == 0],
    # SSM refuses "{{". In JSON it occurs inside texts only, where an escape says the same.
    [for name in keys(var.objects) :
      { origin = "objects.${name}", output = name, name = upper(name), element = false,
    value = replace(jsonencode(var.objects[name]), "{{", "{\\u007b") }],
  )
  secret_names = nonsensitive(keys(var.secrets))

  plain   = { for item in local.given : item.name => item... }
  secrets = { for name in local.secret_names : upper(name) => name... }

  # What SSM would refuse at apply; unknown as long as the value is.
  limit   = var.tier == "Standard" ? 4096 : 8192
  refused = "SSM holds no empty value"
  problems = { for name, items in local.plain : name => (
    try(length(items[0].value), 0) == 0 ? "the value is empty or null, and ${local.refused}. Leave it out, or publish it in objects" :
    can(regex("\\{\\{", items[0].value)) ? "the value has '{{' in it, which SSM refuses. Publish it in objects, where it is escaped" :
    length(base64encode(items[0].value)) / 4 * 3 - length(regexall("=", base64encode(items[0].value))) > local.limit ? local.too_long : ""
  ) }
  secret_problems = { for name, outputs in local.secrets : name => nonsensitive(
    try(length(var.secrets[outputs[0]]), 0) == 0 ? "the value is empty or null, and ${local.refused}. Leave it out" :
    can(regex("\\{\\{", var.secrets[outputs[0]])) ? "the value has '{{' in it, which SSM refuses" :
    length(base64encode(var.secrets[outputs[0]])) / 4 * 3 - length(regexall("=", base64encode(var.secrets[outputs[0]]))) > local.limit ? local.too_long : ""
  ) }
  too_long = join("", [
    "the value has more than the ${local.limit} bytes that a parameter of tier ${var.tier} holds. ",
    var.tier == "Standard" ? "Set tier to Advanced for 8192 bytes, or split the output" : "Split the output",
  ])
}

resource "aws_ssm_parameter" "output" {
  for_each = toset(var.create && var.parameters ? keys(local.plain) : [])

  name        = "${var.prefix}${each.key}"
  description = lookup(var.descriptions, local.plain[each.key][0].output, "Terraform output ${local.plain[each.key][0].output}")
  type        = "String"
  value       = local.plain[each.key][0].value
  tier        = var.tier
  overwrite   = var.overwrite ? true : null
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = local.problems[each.key] == ""
      error_message = "${local.plain[each.key][0].origin} (${var.prefix}${each.key}): ${local.problems[each.key]}."
    }
  }
}

resource "aws_ssm_parameter" "secret" {
  for_each = toset(var.create ? keys(local.secrets) : [])

  name        = "${var.prefix}${each.key}"
  description = lookup(var.descriptions, local.secrets[each.key][0], "Terraform output ${local.secrets[each.key][0]}")
  type        = "SecureString"
  value       = var.secrets[local.secrets[each.key][0]]
  key_id      = var.kms_key_id
  tier        = var.tier
  overwrite   = var.overwrite ? true : null
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = local.secret_problems[each.key] == ""
      error_message = "secrets.${local.secrets[each.key][0]} (${var.prefix}${each.key}): ${local.secret_problems[each.key]}."
    }
  }
}

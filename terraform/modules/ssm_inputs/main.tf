# By path, because a path with nothing in it is an empty list and no error.
data "aws_ssm_parameters_by_path" "inputs" {
  path            = trimsuffix(var.path, "/")
  with_decryption = length(var.secrets) > 0
}

locals {
  prefix = "${trimsuffix(var.path, "/")}/INPUT_"

  # Names and types are no secrets; the values are, as one list.
  names  = try(nonsensitive(data.aws_ssm_parameters_by_path.inputs.names), data.aws_ssm_parameters_by_path.inputs.names)
  types  = try(nonsensitive(data.aws_ssm_parameters_by_path.inputs.types), data.aws_ssm_parameters_by_path.inputs.types)
  values = zipmap(local.names, data.aws_ssm_parameters_by_path.inputs.values)
  secure = { for index, name in local.names : name => local.types[index] == "SecureString" }

  # What is no SecureString is shown in plans, as an attribute that Terraform sets would be.
  plain = { for name in local.names : name => try(nonsensitive(local.values[name]), local.values[name]) if !local.secure[name] }

  wanted = merge(
    { for name, rule in var.strings : upper(name) => { kind = "string", name = name } },
    { for name, rule in var.numbers : upper(name) => { kind = "number", name = name } },
    { for name, rule in var.booleans : upper(name) => { kind = "boolean", name = name } },
    { for name, rule in var.lists : upper(name) => { kind = "list", name = name } },
    { for name, rule in var.objects : upper(name) => { kind = "object", name = name } },
    { for name in var.secrets : upper(name) => { kind = "secret", name = name } },
  )
  given = concat(
    keys(var.strings), keys(var.numbers), keys(var.booleans), keys(var.lists), keys(var.objects), tolist(var.secrets),
  )
  texts = { for name, item in local.wanted : item.name => local.plain["${local.prefix}${name}"] if contains(keys(local.plain), "${local.prefix}${name}") }

  # null where the text is none of the type; problems.tf says so.
  strings  = { for name, rule in var.strings : name => try(local.texts[name], rule.default) }
  numbers  = { for name, rule in var.numbers : name => contains(keys(local.texts), name) ? try(tonumber(local.texts[name]), null) : rule.default }
  booleans = { for name, rule in var.booleans : name => contains(keys(local.texts), name) ? try(tobool(local.texts[name]), null) : rule.default }
  lists    = { for name, rule in var.lists : name => contains(keys(local.texts), name) ? try(tolist([for item in jsondecode(local.texts[name]) : tostring(item)]), null) : rule.default }
  objects = merge(
    { for name, rule in var.objects : name => try(jsondecode(local.texts[name]), null) if contains(keys(local.texts), name) },
    { for name, rule in var.objects : name => try(rule.default, null) if !contains(keys(local.texts), name) },
  )
  secrets = { for name in var.secrets : name => sensitive(local.values["${local.prefix}${upper(name)}"]) if lookup(local.secure, "${local.prefix}${upper(name)}", false) }
}

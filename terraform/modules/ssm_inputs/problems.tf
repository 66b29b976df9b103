# What is wrong with each input. A message names the parameter and what it got; no secret has a value in it.
locals {
  shown = { for name, text in local.texts : name => "the parameter ${local.prefix}${upper(name)} has ${jsonencode(length(text) > 60 ? "${substr(text, 0, 60)}..." : text)}" }
  origin = { for name in local.given : name =>
    try(local.shown[name], "nothing is published as ${local.prefix}${upper(name)}, and the default is refused")
  }

  mistyped = concat(
    [for name, item in local.wanted : "${item.name}: the parameter ${local.prefix}${name} is a SecureString. Read it as one of secrets"
    if item.kind != "secret" && lookup(local.secure, "${local.prefix}${name}", false)],
    [for name in var.secrets : "${name}: the parameter ${local.prefix}${upper(name)} is not a SecureString. Publish it as a secret"
    if !lookup(local.secure, "${local.prefix}${upper(name)}", true)],
    [for name, value in local.numbers : "${name}: ${local.shown[name]}, which is not a number" if value == null && contains(keys(local.texts), name)],
    [for name, value in local.booleans : "${name}: ${local.shown[name]}, which is neither true nor false" if value == null && contains(keys(local.texts), name)],
    [for name, value in local.lists : "${name}: ${local.shown[name]}, which is not a JSON list of strings, numbers or booleans" if value == null && contains(keys(local.texts), name)],
    [for name, value in local.objects : "${name}: ${local.shown[name]}, which is not a JSON object" if contains(keys(local.texts), name) && !can(keys(value))],
  )

  missing = [for name, item in local.wanted : "${item.name}: nothing is published as ${local.prefix}${name}, and there is no default. Publish it with the Ansible module ssm_inputs"
    if !contains(local.names, "${local.prefix}${name}") && (
      item.kind == "secret" ? true :
      item.kind == "string" ? try(var.strings[item.name].default, null) == null :
      item.kind == "number" ? try(var.numbers[item.name].default, null) == null :
      item.kind == "boolean" ? try(var.booleans[item.name].default, null) == null :
      item.kind == "list" ? try(var.lists[item.name].default, null) == null :
      !can(keys(var.objects[item.name].default))
    )
  ]

  outside = concat(
    [for name, value in local.strings : "${name}: ${local.origin[name]}. Valid values: ${join(", ", coalesce(var.strings[name].allowed, []))}"
    if value != null && var.strings[name].allowed != null && !contains(coalesce(var.strings[name].allowed, []), coalesce(value, "-"))],
    [for name, value in local.strings : "${name}: ${local.origin[name]}. It must match ${var.strings[name].pattern}"
    if value != null && var.strings[name].pattern != null && !can(regex(coalesce(var.strings[name].pattern, "."), value))],
    [for name, value in local.numbers : "${name}: ${local.origin[name]}. The minimum is ${var.numbers[name].min}"
    if try(value < var.numbers[name].min, false)],
    [for name, value in local.numbers : "${name}: ${local.origin[name]}. The maximum is ${var.numbers[name].max}"
    if try(value > var.numbers[name].max, false)],
    [for name, value in local.numbers : "${name}: ${local.origin[name]}. It must be a multiple of ${var.numbers[name].step}"
    if try(floor(value / var.numbers[name].step) * var.numbers[name].step != value, false)],
    [for name, value in local.numbers : "${name}: ${local.origin[name]}. Valid values: ${join(", ", coalesce(var.numbers[name].allowed, []))}"
    if value != null && var.numbers[name].allowed != null && !try(contains(var.numbers[name].allowed, value), false)],
    [for name, value in local.lists : "${name}: ${local.origin[name]}. It must have ${coalesce(var.lists[name].min_items, 0)} elements or more"
    if try(length(value) < var.lists[name].min_items, false)],
    [for name, value in local.lists : "${name}: ${local.origin[name]}. It must have ${coalesce(var.lists[name].max_items, 0)} elements or fewer"
    if try(length(value) > var.lists[name].max_items, false)],
    [for name, value in local.lists : "${name}: ${local.origin[name]}. Valid elements: ${join(", ", coalesce(var.lists[name].allowed, []))}"
    if try(length(setsubtract(value, var.lists[name].allowed)) > 0, false)],
    [for name, value in local.objects : "${name}: ${local.origin[name]}. It must have the keys ${join(", ", try(var.objects[name].keys, []))}"
    if try(length(setsubtract(var.objects[name].keys, keys(value))) > 0, false)],
  )

  twice    = [for name in distinct([for one in local.given : upper(one)]) : "${local.prefix}${name} is asked for more than once" if length([for one in local.given : one if upper(one) == name]) > 1]
  problems = concat(local.twice, local.mistyped, local.missing, local.outside)
}

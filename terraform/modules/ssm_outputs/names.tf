# Outputs that would overwrite each other, or be read as something else, by the names of their parameters.
locals {
  names = concat(
    [for item in local.given : { name = item.name, origin = item.origin, element = item.element }],
    [for name in var.other_secrets : { name = upper(name), origin = "other_secrets ${name}", element = false }],
  )
  origins    = { for item in local.names : item.name => item.origin... }
  list_names = [for name, elements in local.lists : upper(name) if length(elements) > 0]

  collisions = [for name, origins in local.origins :
    "${join(" and ", origins)} would both be ${var.prefix}${name}" if length(origins) > 1
  ]
  ambiguous = [for name, origins in local.origins :
    "${var.prefix}${name} (${origins[0]}) and ${var.prefix}${name}_0 (${local.origins["${name}_0"][0]})"
    if contains(keys(local.origins), "${name}_0")
  ]
  intruders = [for item in local.names : "${var.prefix}${item.name} (${item.origin})"
    if !item.element && length(local.origins[item.name]) == 1 && contains(local.list_names, try(regex("^(.*)_(?:0|[1-9][0-9]*)$", item.name)[0], ""))
  ]
  output_names = concat(keys(local.strings), keys(local.lists), keys(local.objects), local.secret_names)
  undescribed  = setsubtract(keys(var.descriptions), local.output_names)
  unoptioned   = setsubtract(keys(var.options), local.output_names)
  frozen = [for name in local.changed_later : local.items[name].output
    if var.snapshot && !local.items[name].secret
  ]
}

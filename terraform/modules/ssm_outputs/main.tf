# Values may be unknown at plan: names and numbers of parameters never depend on them.
locals {
  # Terraform has issensitive() since 1.8. Before 1.7, nonsensitive() fails on what isn't sensitive. 1.7 can't tell.
  # try() and can() of values that are unknown are unknown as a whole, so they are asked of keys and lengths.
  fails_on_plain = !can(nonsensitive(0))
  sensitive_maps = {
    strings = try(issensitive(var.strings), local.fails_on_plain && can(nonsensitive(keys(var.strings))))
    lists   = try(issensitive(var.lists), local.fails_on_plain && can(nonsensitive(keys(var.lists))))
    objects = try(issensitive(var.objects), local.fails_on_plain && can(nonsensitive(keys(var.objects))))
  }

  # The keys of a sensitive map, and the length of a sensitive list, can't drive for_each. Names are no secret here, and
  # what is sensitive is remembered in `sensitive`, so that it is refused by name.
  # "a ? b : c" would be sensitive if either is, and nonsensitive() may be asked of what is sensitive only.
  strings      = concat([for map in [var.strings] : nonsensitive(map) if local.sensitive_maps.strings], [for map in [var.strings] : map if !local.sensitive_maps.strings])[0]
  given_lists  = concat([for map in [var.lists] : nonsensitive(map) if local.sensitive_maps.lists], [for map in [var.lists] : map if !local.sensitive_maps.lists])[0]
  objects      = concat([for map in [var.objects] : nonsensitive(map) if local.sensitive_maps.objects], [for map in [var.objects] : map if !local.sensitive_maps.objects])[0]
  secret_names = nonsensitive(keys(var.secrets))

  lists_that_are_sensitive = { for name, elements in local.given_lists : name =>
    try(issensitive(elements), local.fails_on_plain && can(nonsensitive(length(elements))))
  }
  lists = merge(
    { for name, elements in local.given_lists : name => nonsensitive(elements) if local.lists_that_are_sensitive[name] },
    { for name, elements in local.given_lists : name => elements if !local.lists_that_are_sensitive[name] },
  )
  sensitive_lists = { for name, sensitive in local.lists_that_are_sensitive : name => sensitive || local.sensitive_maps.lists }

  # "== null" is known where the value isn't, and is as sensitive as the value; JSON is as sensitive as any part of it.
  given = concat(
    [for name, value in local.strings : {
      origin    = "strings.${name}", output = name, name = upper(name), value = value, element = false, secret = false
      sensitive = local.sensitive_maps.strings || try(issensitive(jsonencode(value) == null), local.fails_on_plain && can(nonsensitive(value)))
    }],
    flatten([for name, elements in local.lists : [for index, value in elements : {
      origin    = "lists.${name}[${index}]", output = name, name = "${upper(name)}_${index}", value = value, element = true, secret = false
      sensitive = local.sensitive_lists[name] || try(issensitive(jsonencode(value) == null), local.fails_on_plain && can(nonsensitive(value)))
    }]]),
    [for name, elements in local.lists : {
      origin    = "lists.${name}", output = name, name = upper(name), value = "[]", element = false, secret = false
      sensitive = local.sensitive_lists[name]
    } if length(elements) == 0],
    # SSM refuses "{{". In JSON it occurs inside texts only, where an escape says the same.
    [for name in keys(local.objects) : {
      origin    = "objects.${name}", output = name, name = upper(name), element = false, secret = false
      value     = replace(jsonencode(local.objects[name]), "{{", "{\\u007b")
      sensitive = local.sensitive_maps.objects || try(issensitive(jsonencode(local.objects[name]) == null), local.fails_on_plain && can(nonsensitive(jsonencode(local.objects[name]))))
    }],
    [for name in local.secret_names : {
      origin    = "secrets.${name}", output = name, name = upper(name), value = var.secrets[name], element = false, secret = true
      sensitive = false
    }],
  )

  # Two of one name are refused with a message (names.tf), not by a "for".
  grouped = { for item in local.given : item.name => item... }
  items   = { for name, items in local.grouped : name => items[0] }

  plain_names   = [for name, item in local.items : name if !item.secret]
  secret_keys   = [for name, item in local.items : name if item.secret]
  changed_later = [for name, item in local.items : name if try(var.options[item.output].ignore_value_changes, false)]

  descriptions = { for name, item in local.items : name =>
    try(var.descriptions[item.output], null) == null ? "Terraform output ${item.output}" : var.descriptions[item.output]
  }
  # What isn't given has a value of its own, so that taking an option away sets it back.
  tiers      = { for name, item in local.items : name => try(coalesce(var.options[item.output].tier), var.tier) }
  data_types = { for name, item in local.items : name => try(coalesce(var.options[item.output].data_type), "text") }
  patterns   = { for name, item in local.items : name => try(var.options[item.output].allowed_pattern, null) }
  kms_key_id = var.kms_key_id == null ? "alias/aws/ssm" : var.kms_key_id
}

resource "aws_ssm_parameter" "output" {
  for_each = toset(var.create && var.parameters ? setsubtract(local.plain_names, local.changed_later) : [])

  name            = "${var.prefix}${each.key}"
  description     = local.descriptions[each.key]
  type            = "String"
  value           = local.items[each.key].value
  tier            = local.tiers[each.key]
  data_type       = local.data_types[each.key]
  allowed_pattern = local.patterns[each.key]
  overwrite       = var.overwrite ? true : null
  tags            = var.tags

  lifecycle {
    # It says how the parameter is made. Provider 3.x refuses every later change once it was taken back.
    ignore_changes = [overwrite]

    precondition {
      condition     = local.problems[each.key] == ""
      error_message = "${local.items[each.key].origin} (${var.prefix}${each.key}): ${local.problems[each.key]}."
    }
  }
}

resource "aws_ssm_parameter" "secret" {
  for_each = toset(var.create ? setsubtract(local.secret_keys, local.changed_later) : [])

  name            = "${var.prefix}${each.key}"
  description     = local.descriptions[each.key]
  type            = "SecureString"
  value           = local.items[each.key].value
  key_id          = local.kms_key_id
  tier            = local.tiers[each.key]
  data_type       = local.data_types[each.key]
  allowed_pattern = local.patterns[each.key]
  overwrite       = var.overwrite ? true : null
  tags            = var.tags

  lifecycle {
    ignore_changes = [overwrite]

    precondition {
      condition     = local.problems[each.key] == ""
      error_message = "${local.items[each.key].origin} (${var.prefix}${each.key}): ${local.problems[each.key]}."
    }
  }
}

# Values that Terraform writes once and others change later. ignore_changes can't depend on anything, so these have a
# resource of their own.
resource "aws_ssm_parameter" "initial" {
  for_each = toset(var.create ? [for name in local.changed_later : name if var.parameters || local.items[name].secret] : [])

  name            = "${var.prefix}${each.key}"
  description     = local.descriptions[each.key]
  type            = local.items[each.key].secret ? "SecureString" : "String"
  value           = local.items[each.key].value
  key_id          = local.items[each.key].secret ? local.kms_key_id : null
  tier            = local.tiers[each.key]
  data_type       = local.data_types[each.key]
  allowed_pattern = local.patterns[each.key]
  overwrite       = var.overwrite ? true : null
  tags            = var.tags

  lifecycle {
    ignore_changes = [overwrite, value]

    precondition {
      condition     = local.problems[each.key] == ""
      error_message = "${local.items[each.key].origin} (${var.prefix}${each.key}): ${local.problems[each.key]}."
    }
  }
}

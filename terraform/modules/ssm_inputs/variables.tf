variable "path" {
  description = "The path that the inputs are published in, as in the Ansible module ssm_inputs: /prod/web."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+)+/?$", var.path)) && !can(regex("^/(aws|ssm)", lower(var.path))) && length(regexall("/", trimsuffix(var.path, "/"))) <= 14 && length(var.path) <= 900
    error_message = "path: ${jsonencode(var.path)} is not a path of Parameter Store. Use up to 14 levels of letters, digits and '_.-', such as /prod/web, not beginning with 'aws' or 'ssm'."
  }
}

variable "strings" {
  description = "Inputs that are strings. A default is used until one is published; without it, the plan fails. pattern is a regular expression that a published value has to match."
  type = map(object({
    default = optional(string)
    allowed = optional(list(string))
    pattern = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.strings) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "strings: not the name of an input: ${join(", ", [for name in keys(var.strings) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }

  validation {
    condition     = alltrue([for rule in values(var.strings) : rule.pattern == null || can(regexall(coalesce(rule.pattern, "."), ""))])
    error_message = "strings: the pattern is not a regular expression: ${join(", ", [for name, rule in var.strings : name if rule.pattern != null && !can(regexall(coalesce(rule.pattern, "."), ""))])}."
  }
}

variable "numbers" {
  description = "Inputs that are numbers, with bounds. step is what a value has to be a multiple of: 1 for whole numbers."
  type = map(object({
    default = optional(number)
    min     = optional(number)
    max     = optional(number)
    step    = optional(number)
    allowed = optional(list(number))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.numbers) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "numbers: not the name of an input: ${join(", ", [for name in keys(var.numbers) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }

  validation {
    condition     = alltrue([for rule in values(var.numbers) : try(rule.step > 0, true)])
    error_message = "numbers: step is not more than 0: ${join(", ", [for name, rule in var.numbers : name if !try(rule.step > 0, true)])}."
  }
}

variable "booleans" {
  description = "Inputs that are true or false."
  type        = map(object({ default = optional(bool) }))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.booleans) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "booleans: not the name of an input: ${join(", ", [for name in keys(var.booleans) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }
}

variable "lists" {
  description = "Inputs that are lists of strings, numbers or booleans, read as strings. min_items and max_items bound their length."
  type = map(object({
    default   = optional(list(string))
    min_items = optional(number)
    max_items = optional(number)
    allowed   = optional(list(string))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.lists) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "lists: not the name of an input: ${join(", ", [for name in keys(var.lists) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }
}

variable "objects" {
  description = "Inputs that are objects: { name = { default = {...}, keys = [...] } }. keys must all be there; a default may have any shape."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, rule in var.objects : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name)) && can(keys(rule)) && length(setsubtract(try(keys(rule), ["?"]), ["default", "keys"])) == 0])
    error_message = "objects: not an input: ${join(", ", try([for name, rule in var.objects : jsonencode(name) if !(can(regex("^[A-Za-z][A-Za-z0-9_]*$", name)) && can(keys(rule)) && length(setsubtract(try(keys(rule), ["?"]), ["default", "keys"])) == 0)], ["(not a map)"]))}. Expected { name = { default = {...}, keys = [...] } }, the name of letters, digits and underscores."
  }
}

variable "secrets" {
  description = "Names of inputs that are secrets. They have no default, and are in the Terraform state."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.secrets : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "secrets: not the name of an input: ${join(", ", [for name in var.secrets : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }
}

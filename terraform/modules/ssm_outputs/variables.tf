variable "strings" {
  description = "Outputs that are one string each, by name: an address, a DNS name, an id. An empty string can't be published."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.strings) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "strings: not the name of an output: ${join(", ", [for name in keys(var.strings) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Accepted are letters, digits and underscores, a letter first."
  }
}

variable "lists" {
  description = "Outputs that are lists of strings, by name. Each element becomes a parameter: MY_IP_0, MY_IP_1 ... The elements may be unknown at plan; their number may not. An empty list is published as the JSON document []."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.lists) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "lists: not the name of an output: ${join(", ", [for name in keys(var.lists) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Accepted are letters, digits and underscores, a letter first."
  }

  validation {
    condition     = alltrue([for name, elements in var.lists : elements != null])
    error_message = "lists: null instead of a list: ${join(", ", [for name, elements in var.lists : name if elements == null])}. Accepted is a list of strings; [] is published as an empty list."
  }
}

variable "objects" {
  description = "Outputs of any other shape, by name, published as one JSON document each: maps, objects, lists of objects."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = can(keys(var.objects))
    error_message = "objects: not a map or an object. Accepted is { name = value }, where a value may have any shape."
  }

  validation {
    condition     = alltrue([for name in try(keys(var.objects), []) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "objects: not the name of an output: ${join(", ", [for name in try(keys(var.objects), []) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Accepted are letters, digits and underscores, a letter first."
  }
}

variable "secrets" {
  description = "Outputs that are secrets, by name, published as SecureStrings. Their values are in the Terraform state, as with any aws_ssm_parameter; their names are not secret."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "secrets: a key is not the name of an output. Accepted are letters, digits and underscores, a letter first."
  }
}

variable "prefix" {
  description = "What the parameters' names begin with. It may carry a path, /prod/web/OUTPUT_, or be one, /prod/web/."
  type        = string
  default     = "OUTPUT_"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_./-]+$", var.prefix)) && trim(var.prefix, "/") != ""
    error_message = "prefix: ${jsonencode(var.prefix)} is empty or has characters that SSM doesn't allow in a parameter's name. Accepted are letters, digits and '_.-/'."
  }

  validation {
    condition     = can(regex("^(/|[^/]*$)", var.prefix))
    error_message = "prefix: ${jsonencode(var.prefix)} has a slash but doesn't begin with one. Accepted are OUTPUT_, /prod/web/OUTPUT_ or /prod/web/."
  }

  validation {
    condition     = !can(regex("//", var.prefix)) && length(regexall("/", var.prefix)) <= 15
    error_message = "prefix: ${jsonencode(var.prefix)} has an empty level, or more than the 15 levels that SSM allows."
  }

  validation {
    condition     = !can(regex("^/?(aws|ssm)", lower(var.prefix)))
    error_message = "prefix: ${jsonencode(var.prefix)} begins with 'aws' or 'ssm', which AWS keeps for itself."
  }

  validation {
    condition     = length(var.prefix) <= 900
    error_message = "prefix: has ${length(var.prefix)} characters; accepted are up to 900."
  }
}

variable "kms_key_id" {
  description = "The KMS key of the secrets: its id, ARN or alias. Without it, the account's own key for SSM."
  type        = string
  default     = null
}

variable "tier" {
  description = "Standard holds 4 KB in a parameter. Advanced holds 8 KB, costs money and can't be taken back. Intelligent-Tiering chooses by size; with AWS provider 3.x it never chooses Advanced for a parameter that exists."
  type        = string
  default     = "Standard"
  nullable    = false

  validation {
    condition     = contains(["Standard", "Advanced", "Intelligent-Tiering"], var.tier)
    error_message = "tier: ${jsonencode(var.tier)} is not a tier. Accepted are Standard, Advanced and Intelligent-Tiering."
  }
}

variable "overwrite" {
  description = "Take over parameters of these names that somebody else made. Without it, creating one that exists is an error."
  type        = bool
  default     = false
  nullable    = false
}

variable "descriptions" {
  description = "What the outputs are, by the name they have in strings, lists, objects or secrets; shown in the AWS console. At most 1,024 characters each."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for text in values(var.descriptions) : length(text) <= 1024])
    error_message = "descriptions: longer than 1,024 characters: ${join(", ", [for name, text in var.descriptions : name if length(text) > 1024])}."
  }
}

variable "tags" {
  description = "Tags of every parameter."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "parameters" {
  description = "Whether each output has parameters of its own. false publishes the snapshot alone, in a few calls however many outputs there are; secrets have their parameters always."
  type        = bool
  default     = true
  nullable    = false
}

variable "snapshot" {
  description = "Whether all outputs but the secrets are published as a snapshot too: in few parameters, read by one call, with exact types."
  type        = bool
  default     = false
  nullable    = false
}

variable "snapshot_chunks" {
  description = "How many parameters the snapshot takes. A number of its own, because the size of values that are unknown at plan is too. Each holds 4,000 characters of gzip in base64, some 700 IPv4 addresses; every 10 cost readers a call."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.snapshot_chunks >= 1 && var.snapshot_chunks <= 50 && floor(var.snapshot_chunks) == var.snapshot_chunks
    error_message = "snapshot_chunks: ${var.snapshot_chunks} is not within 1 to 50, in whole numbers. 10 are read by one call, each 10 more cost another."
  }
}

variable "create" {
  description = "false publishes nothing: a switch for modules that call this one."
  type        = bool
  default     = true
  nullable    = false
}

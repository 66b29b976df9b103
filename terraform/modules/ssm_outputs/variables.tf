variable "strings" {
  description = "Outputs that are one string each, by name: an address, a DNS name, an id. An empty string can't be published."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.strings) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "strings: not the name of an output: ${join(", ", [for name in try(nonsensitive(keys(var.strings)), keys(var.strings)) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }
}

variable "lists" {
  description = "Outputs that are lists of strings, by name. Each element becomes a parameter: MY_IP_0, MY_IP_1 ... The elements may be unknown at plan; their number may not. An empty list is published as the JSON document []."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.lists) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "lists: not the name of an output: ${join(", ", [for name in try(nonsensitive(keys(var.lists)), keys(var.lists)) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }

  validation {
    condition     = alltrue([for name, elements in var.lists : elements != null])
    error_message = "lists: null instead of a list: ${join(", ", [for name, elements in try(nonsensitive(var.lists), var.lists) : name if elements == null])}. Expected a list of strings; [] is published as an empty list."
  }
}

variable "objects" {
  description = "Outputs of any other shape, by name, published as one JSON document each: maps, objects, lists of objects. Readers get a lone number, boolean or text among them as JSON text: publish texts in strings."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = can(keys(var.objects))
    error_message = "objects: not a map or an object. Expected { name = value }, where a value may have any shape."
  }

  validation {
    condition     = alltrue([for name in try(keys(var.objects), []) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "objects: not the name of an output: ${join(", ", [for name in try(nonsensitive(keys(var.objects)), keys(var.objects), []) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
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
    error_message = "secrets: a key is not the name of an output. Use letters, digits and underscores, starting with a letter."
  }
}

variable "prefix" {
  description = "What the parameters' names begin with. It may carry a path, /prod/web/OUTPUT_, or be one, /prod/web/."
  type        = string
  default     = "OUTPUT_"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_./-]+$", var.prefix)) && trim(var.prefix, "/") != ""
    error_message = "prefix: ${jsonencode(var.prefix)} is empty or has characters that SSM doesn't allow in a parameter's name. Use letters, digits and '_.-/'."
  }

  validation {
    condition     = can(regex("^(/|[^/]*$)", var.prefix))
    error_message = "prefix: ${jsonencode(var.prefix)} has a slash but doesn't begin with one. Use a prefix like OUTPUT_, /prod/web/OUTPUT_ or /prod/web/."
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
    error_message = "prefix: has ${length(var.prefix)} characters. Maximum: 900."
  }
}

variable "kms_key_id" {
  description = "The KMS key of the secrets: its id, ARN or alias, as SSM shows it. Without it, the account's own key for SSM, alias/aws/ssm; taking it away sets that back."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_id == null || can(regex("^[A-Za-z0-9:/_-]{1,256}$", var.kms_key_id))
    error_message = "kms_key_id: ${jsonencode(var.kms_key_id)} is not a key. Use a key's id, its ARN, or an alias such as alias/outputs."
  }
}

variable "tier" {
  description = "Standard holds 4 KB in a parameter. Advanced holds 8 KB and costs money; the way back replaces each parameter, which is missing for a moment. Intelligent-Tiering chooses by size; with AWS provider 3.x it never chooses Advanced for a parameter that exists."
  type        = string
  default     = "Standard"
  nullable    = false

  validation {
    condition     = contains(["Standard", "Advanced", "Intelligent-Tiering"], var.tier)
    error_message = "tier: ${jsonencode(var.tier)} is not a tier. Valid values: Standard, Advanced and Intelligent-Tiering."
  }
}

variable "overwrite" {
  description = "Take over parameters of these names that somebody else made, when they are first applied. Without it, creating one that exists is an error."
  type        = bool
  default     = false
  nullable    = false
}

variable "descriptions" {
  description = "What the outputs are, by the name they have in strings, lists, objects or secrets; shown in the AWS console. At most 1,024 characters each; null is the same as none."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for text in values(var.descriptions) : try(length(text), 0) <= 1024])
    error_message = "descriptions: longer than 1,024 characters: ${join(", ", [for name, text in var.descriptions : name if try(length(text), 0) > 1024])}."
  }
}

variable "options" {
  description = "What single outputs have of their own, by the name they have in strings, lists, objects or secrets. tier: in place of tier. allowed_pattern: a regular expression that SSM holds every later value against. data_type: text or aws:ec2:image, which SSM checks. ignore_value_changes: Terraform writes the value once, and leaves what others make of it."
  type = map(object({
    tier                 = optional(string)
    allowed_pattern      = optional(string)
    data_type            = optional(string)
    ignore_value_changes = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for options in values(var.options) : options != null])
    error_message = "options: null instead of an object: ${join(", ", [for name, options in var.options : name if options == null])}. Expected { tier, allowed_pattern, data_type, ignore_value_changes }, each of them optional."
  }

  validation {
    condition     = alltrue([for options in values(var.options) : contains(["Standard", "Advanced", "Intelligent-Tiering"], try(coalesce(options.tier), "Standard"))])
    error_message = "options: not a tier: ${join(", ", [for name, options in var.options : "${name}.tier" if !contains(["Standard", "Advanced", "Intelligent-Tiering"], try(coalesce(options.tier), "Standard"))])}. Valid values: Standard, Advanced and Intelligent-Tiering."
  }

  validation {
    condition     = alltrue([for options in values(var.options) : contains(["text", "aws:ec2:image"], try(coalesce(options.data_type), "text"))])
    error_message = "options: not a data type: ${join(", ", [for name, options in var.options : "${name}.data_type" if !contains(["text", "aws:ec2:image"], try(coalesce(options.data_type), "text"))])}. Valid values: text and aws:ec2:image."
  }

  validation {
    condition     = alltrue([for options in values(var.options) : try(length(options.allowed_pattern), 0) <= 1024])
    error_message = "options: longer than 1,024 characters: ${join(", ", [for name, options in var.options : "${name}.allowed_pattern" if try(length(options.allowed_pattern), 0) > 1024])}."
  }
}

variable "allow_sensitive" {
  description = "Publish values in strings, lists and objects in plain text though Terraform calls them sensitive. Without it they are refused; nonsensitive() around a value lets a single one pass. Terraform 1.7 can't tell which are sensitive."
  type        = bool
  default     = false
  nullable    = false
}

variable "other_secrets" {
  description = "Names of secrets that something else publishes with this prefix, such as the names of module ssm_secrets. The snapshot lists them, so that its readers find them; and no output here may have one of these names."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.other_secrets : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "other_secrets: not the name of an output: ${join(", ", [for name in var.other_secrets : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }
}

variable "tags" {
  description = "Tags of every parameter: at most 50, with the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 50
    error_message = "tags: there are ${length(var.tags)}, and AWS takes up to 50."
  }

  validation {
    condition     = alltrue([for key in keys(var.tags) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && !startswith(lower(key), "aws:")])
    error_message = "tags: not the key of a tag: ${join(", ", [for key in keys(var.tags) : jsonencode(key) if !can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) || startswith(lower(key), "aws:")])}. Use 1 to 128 letters, digits, spaces and '_.:/=+-@', not beginning with aws:."
  }

  validation {
    condition     = alltrue([for value in values(var.tags) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value))])
    error_message = "tags: not the value of a tag: ${join(", ", [for key, value in var.tags : key if !can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value))])}. Use up to 256 letters, digits, spaces and '_.:/=+-@'."
  }
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

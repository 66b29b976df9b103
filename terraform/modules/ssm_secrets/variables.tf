variable "secrets" {
  description = "Values of the secrets, by name. They may be ephemeral; Terraform writes them to SSM, and neither into its state nor into a plan."
  type        = map(string)
  default     = {}
  nullable    = false
  ephemeral   = true

  validation {
    condition     = length(setsubtract(keys(var.secrets), keys(var.versions))) == 0
    error_message = "secrets: a name has no number in versions, so its value would not be published. Add it to versions, or leave the secret out."
  }
}

variable "versions" {
  description = "A number for each secret, by the names in secrets. Terraform can't see whether a value has changed: count up, and it is written again. Taking a name out deletes the parameter."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.versions) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "versions: not the name of an output: ${join(", ", [for name in keys(var.versions) : jsonencode(name) if !can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])}. Use letters, digits and underscores, starting with a letter."
  }

  validation {
    condition     = alltrue([for version in values(var.versions) : try(version >= 1 && floor(version) == version, false)])
    error_message = "versions: not a whole number of 1 or more: ${join(", ", [for name, version in var.versions : name if !try(version >= 1 && floor(version) == version, false)])}."
  }

  validation {
    condition     = length(distinct([for name in keys(var.versions) : upper(name)])) == length(var.versions)
    error_message = "versions: two names would be one parameter: ${join(", ", keys(var.versions))}. Names are published in upper case."
  }
}

variable "prefix" {
  description = "What the parameters' names begin with, as in ssm_outputs."
  type        = string
  default     = "OUTPUT_"
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_./-]*|[A-Za-z0-9_.-]+)$", var.prefix)) && !can(regex("//", var.prefix)) && !can(regex("^/?(aws|ssm)", lower(var.prefix))) && trim(var.prefix, "/") != "" && length(regexall("/", var.prefix)) <= 15 && length(var.prefix) <= 900
    error_message = "prefix: ${jsonencode(var.prefix)} can't begin a parameter's name. Use up to 900 letters, digits and '_.-/', such as OUTPUT_, /prod/web/OUTPUT_ or /prod/web/, not beginning with 'aws' or 'ssm'."
  }
}

variable "kms_key_id" {
  description = "The KMS key of the secrets: its id, ARN or alias, as SSM shows it. Without it, the account's own key for SSM, alias/aws/ssm."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_id == null || can(regex("^[A-Za-z0-9:/_-]{1,256}$", var.kms_key_id))
    error_message = "kms_key_id: ${jsonencode(var.kms_key_id)} is not a key. Use a key's id, its ARN, or an alias such as alias/outputs."
  }
}

variable "tier" {
  description = "Standard holds 4 KB in a parameter. Advanced holds 8 KB and costs money."
  type        = string
  default     = "Standard"
  nullable    = false

  validation {
    condition     = contains(["Standard", "Advanced", "Intelligent-Tiering"], var.tier)
    error_message = "tier: ${jsonencode(var.tier)} is not a tier. Valid values: Standard, Advanced and Intelligent-Tiering."
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

variable "create" {
  description = "false publishes nothing: a switch for modules that call this one."
  type        = bool
  default     = true
  nullable    = false
}

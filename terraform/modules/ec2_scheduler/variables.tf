variable "name" {
  description = "Name of the schedule group, and what the names of the role, the queue, the function and the API start with."
  type        = string
  default     = "tfbridge"

  validation {
    condition     = can(regex("^[0-9A-Za-z_.-]{1,40}$", var.name))
    error_message = "name must be 1 to 40 of the characters 0-9 A-Z a-z _ . -, because EventBridge Scheduler, IAM and SQS all have to accept it with a suffix."
  }
}

variable "instance_tag" {
  description = "Only instances that carry this tag, with one of these values, may be started by the execution role and booked over the API; for stops see stop_untagged. null: every instance of this account and region; the API needs a tag."
  type = object({
    key    = string
    values = list(string)
  })
  default = null

  validation {
    condition     = var.instance_tag == null ? true : try(length(var.instance_tag.key), 0) > 0 && try(length(var.instance_tag.values), 0) > 0 && alltrue([for value in try(coalescelist(var.instance_tag.values), []) : value != null])
    error_message = "instance_tag needs a key and at least one value, for example { key = \"Bookable\", values = [\"true\"] }."
  }
}

variable "stop_untagged" {
  description = "With instance_tag: the execution role may stop, and never start, instances without the tag too, so that one whose tag is taken away while it runs is still stopped at the end of its booking. Over the API only tagged instances can be booked; whoever has booking_policy_json could schedule a stop of any instance of this account and region. false: only tagged instances are stopped, and one that has lost its tag runs on."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arns" {
  description = "Customer managed KMS keys of the instances' EBS volumes. Without a grant on them the start call succeeds and the instance falls back to stopped, which no dead-letter queue sees."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", arn))])
    error_message = "kms_key_arns must be ARNs of keys (arn:aws:kms:<region>:<account>:key/<id>); IAM does not accept an alias here."
  }
}

variable "schedule_kms_key_arn" {
  description = "Customer managed KMS key of the schedules, for ec2_schedule's option kms_key_arn: the execution role may decrypt with it, and booking_policy_json allows its use. null: AWS's own key."
  type        = string
  default     = null

  validation {
    condition     = var.schedule_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.schedule_kms_key_arn))
    error_message = "schedule_kms_key_arn: not the ARN of a KMS key, like arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab."
  }
}

variable "dead_letter_retention_days" {
  description = "How many days a start or stop that could not be delivered stays in the dead-letter queue."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.dead_letter_retention_days >= 1 && var.dead_letter_retention_days <= 14 && floor(var.dead_letter_retention_days) == var.dead_letter_retention_days
    error_message = "dead_letter_retention_days must be 1 to 14, in whole days: SQS keeps no message longer."
  }
}

variable "permissions_boundary" {
  description = "ARN of a permissions boundary for the roles that this module creates."
  type        = string
  default     = null
}

variable "publish" {
  description = "Publish EC2_SCHEDULER_ROLE_ARN, EC2_SCHEDULER_GROUP and EC2_SCHEDULER_DLQ_ARN (and EC2_SCHEDULER_TAG, EC2_SCHEDULER_API_URL) in SSM Parameter Store, as module ssm_outputs would, where tfbridge.aws.ec2_schedule finds them."
  type        = bool
  default     = true
  nullable    = false
}

variable "output_prefix" {
  description = "Prefix of the published parameters; the prefix of module ssm_outputs and of the Ansible side."
  type        = string
  default     = "OUTPUT_"
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_./-]*|[A-Za-z0-9_.-]+)$", var.output_prefix)) && !can(regex("//", var.output_prefix)) && !can(regex("^/?(aws|ssm)", lower(var.output_prefix))) && trim(var.output_prefix, "/") != "" && length(regexall("/", var.output_prefix)) <= 15 && length(var.output_prefix) <= 900
    error_message = "output_prefix: ${jsonencode(var.output_prefix)} can't begin a parameter's name. Use up to 900 letters, digits and '_.-/', such as OUTPUT_, /prod/web/OUTPUT_ or /prod/web/, not beginning with 'aws' or 'ssm'."
  }
}

variable "api" {
  description = <<-EOT
    Creates the HTTP API when it is not null; `api = {}` takes the defaults.
    lambda_zip: what build_lambda.py wrote (default: build/ec2_scheduler.zip in this module).
    jwt: callers authorise by a JWT of this issuer; without it they sign their requests with IAM. A token needs one of
    scopes or write_scopes to book, or one of read_scopes to read only; without any, every token will do.
    timezone: IANA zone of times that come without an offset and without a timezone of their own.
    admins: who sees and changes the bookings of all: principals (ARNs of callers, * is any text; subjects of tokens), or scopes of tokens.
    quotas: of every other caller: bookings that are ahead, hours of a booking, days until its end. 0 is no limit.
    cors_origins: origins of web pages that may call, like https://booking.example.com.
    reserved_concurrency: how many requests may be worked on at once; null: what the account has.
    tracing: X-Ray. access_log: a log group of API Gateway's own beside the function's. log_kms_key_arn: encrypts both.
  EOT
  type = object({
    lambda_zip   = optional(string)
    architecture = optional(string, "arm64")
    timezone     = optional(string, "UTC")
    jwt = optional(object({
      issuer       = string
      audience     = list(string)
      scopes       = optional(list(string), [])
      read_scopes  = optional(list(string), [])
      write_scopes = optional(list(string), [])
    }))
    admins = optional(object({
      principals = optional(list(string), [])
      scopes     = optional(list(string), [])
    }), {})
    quotas = optional(object({
      bookings   = optional(number, 0)
      hours      = optional(number, 0)
      days_ahead = optional(number, 0)
    }), {})
    cors_origins         = optional(list(string), [])
    rate_limit           = optional(number, 10)
    burst_limit          = optional(number, 20)
    reserved_concurrency = optional(number)
    tracing              = optional(bool, false)
    access_log           = optional(bool, false)
    log_retention_days   = optional(number, 30)
    log_kms_key_arn      = optional(string)
  })
  default = null

  validation {
    condition     = var.api == null ? true : contains(["arm64", "x86_64"], var.api.architecture)
    error_message = "api.architecture must be \"arm64\" or \"x86_64\"."
  }

  validation {
    condition     = try(var.api.jwt, null) == null ? true : can(regex("^https://", var.api.jwt.issuer)) && length(var.api.jwt.audience) > 0
    error_message = "api.jwt needs an issuer that starts with https:// and at least one audience: API Gateway would otherwise accept a token that was made for somebody else."
  }

  validation {
    condition     = var.api == null ? true : alltrue([for origin in var.api.cors_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "api.cors_origins must be origins like https://booking.example.com, without a path; \"*\" would let every web page call."
  }

  validation {
    condition     = var.api == null ? true : alltrue([for quota in values(var.api.quotas) : quota >= 0])
    error_message = "api.quotas must not be negative; 0 is no limit."
  }

  validation {
    condition     = try(var.api.jwt, null) == null ? true : length(var.api.jwt.read_scopes) == 0 || length(concat(var.api.jwt.scopes, var.api.jwt.write_scopes)) > 0
    error_message = "api.jwt.read_scopes needs write_scopes beside it: otherwise every token may book, whatever its scopes."
  }
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, such as an SNS topic: on 5xx of the API, and on a start or stop in the dead-letter queue. Without any there are no alarms."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that can carry them: at most 50, with the provider's default_tags."
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

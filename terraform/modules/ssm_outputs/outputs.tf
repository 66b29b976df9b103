output "names" {
  description = "The names of all parameters, with the prefix."
  value       = sort([for parameter in local.published : parameter.name])

  precondition {
    condition     = length(local.collisions) == 0
    error_message = "Two outputs, one parameter: ${join("; ", local.collisions)}. Names are published in upper case; rename one."
  }
  precondition {
    condition     = length(local.ambiguous) == 0
    error_message = "A single value and a list of one name: ${join("; ", local.ambiguous)}. Readers can't tell which is meant; rename one."
  }
  precondition {
    condition     = length(local.intruders) == 0
    error_message = "Would be read as an element of a list: ${join("; ", local.intruders)}. Rename it, or the list."
  }
  precondition {
    condition     = length(local.undescribed) == 0
    error_message = "descriptions: no output is named ${join(", ", local.undescribed)}. Valid names are those in strings, lists, objects and secrets, spelled as there."
  }
  precondition {
    condition     = length(local.unoptioned) == 0
    error_message = "options: no output is named ${join(", ", local.unoptioned)}. Valid names are those in strings, lists, objects and secrets, spelled as there."
  }
  precondition {
    condition     = length(local.frozen) == 0
    error_message = "options: ignore_value_changes of ${join(", ", local.frozen)}: the snapshot would go on holding Terraform's value. Publish it by a call of this module without a snapshot."
  }
  precondition {
    condition     = var.parameters || var.snapshot
    error_message = "parameters: false, and snapshot is false too, so nothing would be published. Set snapshot to true, or create to false."
  }
}

output "arns" {
  description = "The ARN of each parameter, by its name."
  value       = merge([for parameter in local.published : { (parameter.name) = parameter.arn }]...)
}

output "versions" {
  description = "The version of each parameter, by its name: SSM counts up with every change of the value."
  value       = merge([for parameter in local.published : { (parameter.name) = parameter.version }]...)
}

output "values" {
  description = "What is published, by the name of its parameter, without secrets and whatever else is sensitive. Plans hide a parameter's value: make this an output of your own, and a review shows what changes."
  value       = { for name in local.plain_names : "${var.prefix}${name}" => local.items[name].value if var.create && !local.items[name].sensitive }
}

output "snapshot_slices" {
  description = "How many of the snapshot_chunks hold something; null without a snapshot. When it comes near, raise snapshot_chunks."
  value       = var.create && var.snapshot ? local.snapshot_slices : null
}

output "reader_policy_json" {
  description = "An IAM policy with the least rights that reading these outputs needs; null where nothing is published. It has no kms:Decrypt: to read secrets under a key of your own, grant that on the key."
  value       = local.arn_base == "" ? null : jsonencode({ Version = "2012-10-17", Statement = local.reader_statements })
}

output "snapshot_reader_policy_json" {
  description = "An IAM policy with the least rights that reading the snapshot needs, and its secrets by name; null without a snapshot. As above, it has no kms:Decrypt."
  value       = local.arn_base == "" || !var.snapshot ? null : jsonencode({ Version = "2012-10-17", Statement = local.snapshot_statements })
}

locals {
  published = concat(values(aws_ssm_parameter.output), values(aws_ssm_parameter.secret), values(aws_ssm_parameter.initial), aws_ssm_parameter.snapshot)

  # "arn:aws:ssm:eu-central-1:123456789012:parameter" of any of them: no call of AWS is needed to know the account. The
  # ARN that a mock_provider makes up is none.
  arn_base = length(local.published) == 0 ? "" : try(regex("^.*?:parameter", local.published[0].arn), "arn:aws:ssm:*:*:parameter")
  arn_root = "${local.arn_base}/${trimprefix(var.prefix, "/")}"
  by_path  = endswith(var.prefix, "/")

  reader_statements = !var.parameters ? local.snapshot_statements : concat(
    [{
      Sid      = "ReadOutputs"
      Effect   = "Allow"
      Action   = local.by_path ? ["ssm:GetParameters", "ssm:GetParametersByPath"] : ["ssm:GetParameters"]
      Resource = local.by_path ? [trimsuffix("${local.arn_base}${var.prefix}", "/"), "${local.arn_root}*"] : ["${local.arn_root}*"]
    }],
    # DescribeParameters knows no resources: AWS accepts "*" only.
    local.by_path ? [] : [{
      Sid      = "ListNames"
      Effect   = "Allow"
      Action   = ["ssm:DescribeParameters"]
      Resource = ["*"]
    }],
  )
  snapshot_statements = concat(
    # Readers ask for ten slices, whether there are so many or not.
    [{
      Sid      = "ReadSnapshot"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = ["${local.arn_root}SNAPSHOT.*"]
    }],
    # A lookup by name asks for X and the elements X_0, X_1 ... in one call.
    length(local.secret_documents) == 0 ? [] : [{
      Sid      = "ReadSecrets"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = flatten([for name in local.secret_documents : ["${local.arn_root}${name}", "${local.arn_root}${name}_*"]])
    }],
  )
}

output "names" {
  description = "The names of all parameters, with the prefix."
  value       = sort(concat([for parameter in aws_ssm_parameter.output : parameter.name], [for parameter in aws_ssm_parameter.secret : parameter.name]))

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
    error_message = "descriptions: no output is named ${join(", ", local.undescribed)}. Accepted are the names in strings, lists, objects and secrets, spelled as there."
  }
}

output "arns" {
  description = "The ARN of each parameter, by its name."
  value = merge(
    { for parameter in aws_ssm_parameter.output : parameter.name => parameter.arn },
    { for parameter in aws_ssm_parameter.secret : parameter.name => parameter.arn },
  )
}

output "versions" {
  description = "The version of each parameter, by its name: SSM counts up with every change of the value."
  value = merge(
    { for parameter in aws_ssm_parameter.output : parameter.name => parameter.version },
    { for parameter in aws_ssm_parameter.secret : parameter.name => parameter.version },
  )
}

output "reader_policy_json" {
  description = "An IAM policy with the least rights that reading these outputs needs; null where nothing is published. It has no kms:Decrypt: to read secrets under a key of your own, grant that on the key."
  value       = local.arn_base == "" ? null : jsonencode(local.reader_policy)
}

locals {
  # "arn:aws:ssm:eu-central-1:123456789012:parameter" of any of them: no call of AWS is needed to know the account.
  arn_base = try(regex("^.*?:parameter", concat(values(aws_ssm_parameter.output), values(aws_ssm_parameter.secret))[0].arn), "")
  by_path  = endswith(var.prefix, "/")
  readable = "${local.arn_base}/${trimprefix(var.prefix, "/")}*"

  reader_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "ReadOutputs"
        Effect   = "Allow"
        Action   = local.by_path ? ["ssm:GetParameters", "ssm:GetParametersByPath"] : ["ssm:GetParameters"]
        Resource = local.by_path ? [trimsuffix("${local.arn_base}${var.prefix}", "/"), local.readable] : [local.readable]
      }],
      # DescribeParameters knows no resources: AWS accepts "*" only.
      local.by_path ? [] : [{
        Sid      = "ListNames"
        Effect   = "Allow"
        Action   = ["ssm:DescribeParameters"]
        Resource = ["*"]
      }],
    )
  }
}

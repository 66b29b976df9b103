output "names" {
  description = "The names of the secrets: other_secrets of ssm_outputs, where a snapshot is read."
  value       = var.create ? sort(keys(var.versions)) : []
}

output "arns" {
  description = "The ARN of each parameter, by its name."
  value       = { for parameter in aws_ssm_parameter.secret : parameter.name => parameter.arn }
}

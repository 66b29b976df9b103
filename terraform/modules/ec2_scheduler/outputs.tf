output "role_arn" {
  description = "ARN of the execution role: role_arn of tfbridge.aws.ec2_schedule."
  value       = aws_iam_role.execution.arn
}

output "schedule_group" {
  description = "Name of the schedule group: schedule_group of tfbridge.aws.ec2_schedule."
  value       = aws_scheduler_schedule_group.this.name
}

output "dead_letter_arn" {
  description = "ARN of the dead-letter queue: dead_letter_arn of tfbridge.aws.ec2_schedule."
  value       = aws_sqs_queue.dead_letters.arn
}

output "dead_letter_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dead_letters.url
}

output "booking_policy_json" {
  description = "The least IAM policy of somebody who books with tfbridge.aws.ec2_schedule."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.booking_statements })
}

output "api_url" {
  description = "Address of the HTTP API, null without one."
  value       = local.api_url
}

output "api_caller_policy_json" {
  description = "The least IAM policy of somebody who calls the HTTP API, null without one or when it takes JWTs."
  value = var.api == null || local.jwt != null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["execute-api:Invoke"]
      Resource = [for route in local.caller_arns : "${one(aws_apigatewayv2_api.this[*].execution_arn)}/$default/${route}"]
    }]
  })
}

output "api_reader_policy_json" {
  description = "As api_caller_policy_json, for somebody who only reads."
  value = var.api == null || local.jwt != null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["execute-api:Invoke"]
      Resource = [for route in local.reader_arns : "${one(aws_apigatewayv2_api.this[*].execution_arn)}/$default/${route}"]
    }]
  })
}

locals {
  lambda_zip = var.api == null ? "" : coalesce(var.api.lambda_zip, "${path.module}/build/ec2_scheduler.zip")
  api_url    = one(aws_apigatewayv2_api.this[*].api_endpoint)
  api_count  = var.api == null ? 0 : 1
  jwt        = try(var.api.jwt, null)
  # The function's three routes; API Gateway answers 404 to everything else.
  routes = ["POST /provision", "GET /bookings", "DELETE /bookings/{id}"]
}

resource "aws_cloudwatch_log_group" "function" {
  count = local.api_count

  name              = "/aws/lambda/${replace(var.name, ".", "-")}-booking-api"
  retention_in_days = var.api.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "function" {
  count = local.api_count

  name                 = "${local.role_name}-api"
  description          = "The booking API's function."
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  count = local.api_count

  name = "book"
  role = aws_iam_role.function[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.booking_statements, [{
      Sid      = "WriteItsLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function[0].arn}:*"
    }])
  })
}

resource "aws_lambda_function" "api" {
  count = local.api_count

  function_name    = "${replace(var.name, ".", "-")}-booking-api"
  description      = "Books EC2 instances: the planner and the store of the Ansible collection tfbridge.aws behind HTTP."
  role             = aws_iam_role.function[0].arn
  runtime          = "python3.12"
  architectures    = [var.api.architecture]
  handler          = "handler.handle"
  filename         = local.lambda_zip
  source_code_hash = fileexists(local.lambda_zip) ? filebase64sha256(local.lambda_zip) : null
  # API Gateway gives up after 30 seconds; the function must not go on writing behind an answer that says it failed.
  timeout     = 25
  memory_size = 512
  tags        = var.tags

  environment {
    variables = merge(
      {
        EC2_SCHEDULER_ROLE_ARN = aws_iam_role.execution.arn
        EC2_SCHEDULER_GROUP    = aws_scheduler_schedule_group.this.name
        EC2_SCHEDULER_DLQ_ARN  = aws_sqs_queue.dead_letters.arn
        EC2_SCHEDULER_TIMEZONE = var.api.timezone
      },
      var.instance_tag == null ? {} : { EC2_SCHEDULER_TAG = jsonencode(var.instance_tag) },
    )
  }

  lifecycle {
    precondition {
      condition     = fileexists(local.lambda_zip)
      error_message = "The function's code ${local.lambda_zip} does not exist: write it with `python3 ${path.module}/build_lambda.py`, or name another file in api.lambda_zip."
    }

    precondition {
      condition     = var.instance_tag != null
      error_message = "The API needs instance_tag, for example { key = \"Bookable\", values = [\"true\"] }: without it a caller could start and stop every instance of the account."
    }
  }

  # Its log group is made here, with a retention, and not by Lambda on the first call, without one.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
}

resource "aws_apigatewayv2_api" "this" {
  count = local.api_count

  name          = var.name
  description   = "Bookings of EC2 instances."
  protocol_type = "HTTP"
  tags          = var.tags
}

resource "aws_apigatewayv2_integration" "this" {
  count = local.api_count

  api_id                 = aws_apigatewayv2_api.this[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.api[0].invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = local.jwt == null ? 0 : 1

  api_id           = aws_apigatewayv2_api.this[0].id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = local.jwt.issuer
    audience = local.jwt.audience
  }
}

resource "aws_apigatewayv2_route" "this" {
  for_each = toset(var.api == null ? [] : local.routes)

  api_id               = aws_apigatewayv2_api.this[0].id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.this[0].id}"
  authorization_type   = local.jwt == null ? "AWS_IAM" : "JWT"
  authorizer_id        = one(aws_apigatewayv2_authorizer.jwt[*].id)
  authorization_scopes = try(length(local.jwt.scopes) > 0 ? local.jwt.scopes : null, null)
}

resource "aws_apigatewayv2_stage" "this" {
  count = local.api_count

  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  default_route_settings {
    throttling_rate_limit  = var.api.rate_limit
    throttling_burst_limit = var.api.burst_limit
  }
}

resource "aws_lambda_permission" "api" {
  count = local.api_count

  statement_id  = "ApiGateway"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.api[0].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*/*"
}

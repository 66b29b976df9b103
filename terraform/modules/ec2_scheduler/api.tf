locals {
  lambda_zip = var.api == null ? "" : coalesce(var.api.lambda_zip, "${path.module}/build/ec2_scheduler.zip")
  api_url    = one(aws_apigatewayv2_api.this[*].api_endpoint)
  api_count  = var.api == null ? 0 : 1
  jwt        = try(var.api.jwt, null)
  name       = replace(var.name, ".", "-")

  # The function's routes; API Gateway answers 404 to everything else.
  read_routes  = ["GET /bookings", "GET /bookings.ics", "GET /bookings/{id}", "GET /instances"]
  write_routes = ["POST /provision", "PATCH /bookings/{id}", "DELETE /bookings/{id}"]
  routes       = concat(local.read_routes, local.write_routes)

  # A token needs one of its route's scopes. Whoever may write may read; scopes without read_scopes are those of all.
  write_scopes = local.jwt == null ? [] : concat(local.jwt.scopes, local.jwt.write_scopes)
  read_scopes  = local.jwt == null ? [] : concat(local.write_scopes, local.jwt.read_scopes)

  # API Gateway's name for a route in a policy: {id} is any.
  reader_arns = [for route in local.read_routes : replace(replace(route, " /", "/"), "{id}", "*")]
  caller_arns = [for route in local.routes : replace(replace(route, " /", "/"), "{id}", "*")]
}

resource "aws_cloudwatch_log_group" "function" {
  count = local.api_count

  name              = "/aws/lambda/${local.name}-booking-api"
  retention_in_days = var.api.log_retention_days
  kms_key_id        = var.api.log_kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "access" {
  count = try(var.api.access_log, false) ? 1 : 0

  name              = "/aws/apigateway/${local.name}-booking-api"
  retention_in_days = var.api.log_retention_days
  kms_key_id        = var.api.log_kms_key_arn
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

  # What the function calls, and no more: a test holds it against recorded calls.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "WriteSchedules"
        Effect   = "Allow"
        Action   = ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule"]
        Resource = local.schedules_arn
      },
      {
        # Neither can be limited: listing is authorised against schedule/*/*, DescribeInstances has no resource.
        Sid      = "ListSchedulesAndInstances"
        Effect   = "Allow"
        Action   = ["scheduler:ListSchedules", "ec2:DescribeInstances"]
        Resource = "*"
      },
      {
        Sid       = "HandTheRoleToScheduler"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = aws_iam_role.execution.arn
        Condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
      },
      # A booking that has begun starts its instance at once. Stops are left to EventBridge Scheduler.
      merge(local.start_stop_statement, { Sid = "StartWhatIsBooked", Action = ["ec2:StartInstances"] }),
      {
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.function[0].arn}:*"
      },
      ],
      local.grant_statements,
      var.api.tracing ? [{
        # X-Ray has no resource to name.
        Sid      = "WriteItsTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = "*"
      }] : [],
    )
  })
}

resource "aws_lambda_function" "api" {
  count = local.api_count

  function_name    = "${local.name}-booking-api"
  description      = "Books EC2 instances: the planner and the store of the Ansible collection tfbridge.aws behind HTTP."
  role             = aws_iam_role.function[0].arn
  runtime          = "python3.12"
  architectures    = [var.api.architecture]
  handler          = "handler.handle"
  filename         = local.lambda_zip
  source_code_hash = fileexists(local.lambda_zip) ? filebase64sha256(local.lambda_zip) : null
  # API Gateway gives up after 30 seconds; the function must not go on writing behind an answer that says it failed.
  timeout                        = 25
  memory_size                    = 512
  reserved_concurrent_executions = coalesce(var.api.reserved_concurrency, -1)
  tags                           = var.tags

  tracing_config {
    mode = var.api.tracing ? "Active" : "PassThrough"
  }

  environment {
    variables = merge(
      {
        EC2_SCHEDULER_ROLE_ARN = aws_iam_role.execution.arn
        EC2_SCHEDULER_GROUP    = aws_scheduler_schedule_group.this.name
        EC2_SCHEDULER_DLQ_ARN  = aws_sqs_queue.dead_letters.arn
        EC2_SCHEDULER_TIMEZONE = var.api.timezone
        EC2_SCHEDULER_ACCESS = jsonencode({
          admin_principals = var.api.admins.principals
          admin_scopes     = var.api.admins.scopes
          max_bookings     = var.api.quotas.bookings
          max_hours        = var.api.quotas.hours
          max_days_ahead   = var.api.quotas.days_ahead
        })
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
      condition     = contains(jsondecode(file("${path.module}/timezones.json")), var.api.timezone)
      error_message = "api.timezone ${var.api.timezone} is not a time zone. Valid values: IANA names like Europe/Paris or UTC."
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

  # API Gateway answers preflight requests itself, without asking for a token.
  dynamic "cors_configuration" {
    for_each = length(var.api.cors_origins) == 0 ? [] : [var.api.cors_origins]

    content {
      allow_origins  = cors_configuration.value
      allow_methods  = ["GET", "POST", "PATCH", "DELETE"]
      allow_headers  = ["authorization", "content-type", "if-match", "idempotency-key", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
      expose_headers = ["etag", "retry-after"]
      max_age        = 600
    }
  }
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

  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[0].id}"
  authorization_type = local.jwt == null ? "AWS_IAM" : "JWT"
  authorizer_id      = one(aws_apigatewayv2_authorizer.jwt[*].id)
  authorization_scopes = (
    contains(local.read_routes, each.key)
    ? (length(local.read_scopes) > 0 ? local.read_scopes : null)
    : (length(local.write_scopes) > 0 ? local.write_scopes : null)
  )
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

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      # Who, what and how it ended; $context has neither bodies nor tokens.
      format = jsonencode({
        time       = "$context.requestTime"
        request_id = "$context.requestId"
        ip         = "$context.identity.sourceIp"
        caller     = local.jwt == null ? "$context.identity.userArn" : "$context.authorizer.claims.sub"
        route      = "$context.routeKey"
        status     = "$context.status"
        error      = "$context.error.message"
        latency    = "$context.responseLatency"
      })
    }
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

# A call that fails for AWS's or the function's reasons: somebody's instance may not run when it should.
resource "aws_cloudwatch_metric_alarm" "api_errors" {
  count = var.api != null && length(var.alarm_actions) > 0 ? 1 : 0

  alarm_name          = "${local.name}-booking-api-5xx"
  alarm_description   = "The booking API answered with 5xx; its log says why."
  namespace           = "AWS/ApiGateway"
  metric_name         = "5xx"
  dimensions          = { ApiId = aws_apigatewayv2_api.this[0].id }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  tags                = var.tags
}

# A start or stop that could not be delivered.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  count = length(var.alarm_actions) > 0 ? 1 : 0

  alarm_name          = "${local.name}-ec2-dead-letters"
  alarm_description   = "EventBridge Scheduler could not start or stop an instance; the dead-letter queue says which."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  tags                = var.tags
}

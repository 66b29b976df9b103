# Run by `terraform test` (1.7 or newer) in this module's folder; nothing is created anywhere.
# versions.tf stands for the zip of the function: any file that exists will do, nothing opens it here.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:mock" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
  }
  mock_resource "aws_lambda_function" {
    defaults = {
      arn        = "arn:aws:lambda:eu-central-1:123456789012:function:mock"
      invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/mock/invocations"
    }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      api_endpoint  = "https://mock.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:mock"
    }
  }
}

run "only_schedules_of_the_group_may_take_the_role" {
  command = apply

  assert {
    condition = jsondecode(aws_iam_role.execution.assume_role_policy).Statement[0] == {
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = "123456789012"
          "aws:SourceArn"     = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/tfbridge"
        }
      }
    }
    error_message = "The trust policy is not limited by account and schedule group."
  }
}

run "the_execution_role_can_start_stop_and_report_and_nothing_else" {
  command = apply

  assert {
    condition = jsondecode(aws_iam_role_policy.execution.policy).Statement == [
      {
        Sid      = "StartAndStop"
        Effect   = "Allow"
        Action   = ["ec2:StartInstances", "ec2:StopInstances"]
        Resource = "arn:aws:ec2:eu-central-1:123456789012:instance/*"
      },
      {
        Sid      = "KeepWhatFailed"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = "arn:aws:sqs:eu-central-1:123456789012:mock"
      },
    ]
    error_message = "The execution role's policy is not the least one."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "The dead-letter queue is not encrypted, or forgets early."
  }
}

run "stops_can_be_limited_to_the_tag" {
  command = apply

  variables {
    instance_tag  = { key = "Bookable", values = ["true"] }
    stop_untagged = false
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement if statement.Sid != "KeepWhatFailed"] == [{
      Sid       = "StartAndStop"
      Effect    = "Allow"
      Action    = ["ec2:StartInstances", "ec2:StopInstances"]
      Resource  = "arn:aws:ec2:eu-central-1:123456789012:instance/*"
      Condition = { StringEquals = { "aws:ResourceTag/Bookable" = ["true"] } }
    }]
    error_message = "An instance without the tag can be stopped."
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.published["EC2_SCHEDULER_TAG"].value) == { key = "Bookable", values = ["true"] }
    error_message = "ec2_schedule_info can't know which tag instances need."
  }
}

run "a_tag_and_keys_are_conditions" {
  command = apply

  variables {
    instance_tag = { key = "Bookable", values = ["true", "yes"] }
    kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"]
  }

  assert {
    condition = slice(jsondecode(aws_iam_role_policy.execution.policy).Statement, 0, 2) == [
      {
        Sid       = "StartTagged"
        Effect    = "Allow"
        Action    = ["ec2:StartInstances"]
        Resource  = "arn:aws:ec2:eu-central-1:123456789012:instance/*"
        Condition = { StringEquals = { "aws:ResourceTag/Bookable" = ["true", "yes"] } }
      },
      {
        Sid      = "Stop"
        Effect   = "Allow"
        Action   = ["ec2:StopInstances"]
        Resource = "arn:aws:ec2:eu-central-1:123456789012:instance/*"
      },
    ]
    error_message = "The role may start what has lost its tag, or may not stop it."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.execution.policy).Statement[3] == {
      Sid       = "AttachEncryptedVolumes"
      Effect    = "Allow"
      Action    = ["kms:CreateGrant"]
      Resource  = ["arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"]
      Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    }
    error_message = "The grant is missing, or wider than for EBS."
  }
}

run "who_books_may_pass_this_role_to_scheduler_only" {
  command = apply

  assert {
    condition = [
      for statement in jsondecode(output.booking_policy_json).Statement : statement if contains(statement.Action, "iam:PassRole")
      ] == [{
        Sid       = "HandTheRoleToScheduler"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = "arn:aws:iam::123456789012:role/mock"
        Condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
    }]
    error_message = "PassRole is not limited to the execution role and EventBridge Scheduler."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.booking_policy_json).Statement :
      statement.Resource != "*" || toset(statement.Action) == toset(["scheduler:ListSchedules", "ec2:DescribeInstances"])
    ])
    error_message = "Something that can be limited is allowed on every resource."
  }
}

run "no_api_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.api) + length(aws_apigatewayv2_api.this) + length(aws_apigatewayv2_route.this) == 0
    error_message = "An API is planned that nobody asked for."
  }

  assert {
    condition     = output.api_url == null && output.api_caller_policy_json == null
    error_message = "Outputs speak of an API that does not exist."
  }
}

run "the_api_is_authorised_by_iam" {
  command = apply

  variables {
    instance_tag = { key = "Bookable", values = ["true"] }
    api          = { lambda_zip = "versions.tf" }
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_route.this)) == toset(["POST /provision", "GET /bookings", "GET /bookings.ics", "GET /bookings/{id}", "PATCH /bookings/{id}", "DELETE /bookings/{id}", "GET /instances"])
    error_message = "Not the documented routes."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "AWS_IAM"])
    error_message = "A route is open."
  }

  assert {
    condition     = jsondecode(aws_lambda_function.api[0].environment[0].variables.EC2_SCHEDULER_TAG) == { key = "Bookable", values = ["true"] }
    error_message = "The function does not know which instances it may book."
  }

  assert {
    condition     = aws_lambda_permission.api[0].source_arn == "arn:aws:execute-api:eu-central-1:123456789012:mock/*/*"
    error_message = "Another API could call the function."
  }
}

run "the_api_takes_tokens_of_one_issuer_and_audience" {
  command = apply

  variables {
    instance_tag = { key = "Bookable", values = ["true"] }
    api = {
      lambda_zip = "versions.tf"
      jwt        = { issuer = "https://login.example.com", audience = ["booking"] }
    }
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "JWT" && route.authorizer_id == aws_apigatewayv2_authorizer.jwt[0].id])
    error_message = "A route is not authorised by the JWT authorizer."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].issuer == "https://login.example.com" && tolist(aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].audience) == tolist(["booking"])
    error_message = "The authorizer does not check issuer and audience."
  }
}

run "the_function_may_start_and_never_stop" {
  command = apply

  variables {
    instance_tag = { key = "Bookable", values = ["true"] }
    api          = { lambda_zip = "versions.tf" }
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.function[0].policy).Statement : statement if anytrue([for action in statement.Action : startswith(action, "ec2:St")])
      ] == [{
        Sid       = "StartWhatIsBooked"
        Effect    = "Allow"
        Action    = ["ec2:StartInstances"]
        Resource  = "arn:aws:ec2:eu-central-1:123456789012:instance/*"
        Condition = { StringEquals = { "aws:ResourceTag/Bookable" = ["true"] } }
    }]
    error_message = "The function may do more than start tagged instances."
  }

  assert {
    condition     = length(jsondecode(output.api_caller_policy_json).Statement[0].Resource) == 7 && jsondecode(output.api_reader_policy_json).Statement[0].Resource == [for path in ["GET/bookings", "GET/bookings.ics", "GET/bookings/*", "GET/instances"] : "arn:aws:execute-api:eu-central-1:123456789012:mock/$default/${path}"]
    error_message = "The policies of callers don't name the routes."
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this[0].cors_configuration) == 0 && length(aws_cloudwatch_log_group.access) == 0 && length(aws_cloudwatch_metric_alarm.api_errors) == 0 && aws_lambda_function.api[0].reserved_concurrent_executions == -1
    error_message = "Something is on that nobody asked for."
  }
}

run "what_is_asked_for_is_there" {
  command = apply

  variables {
    instance_tag  = { key = "Bookable", values = ["true"] }
    alarm_actions = ["arn:aws:sns:eu-central-1:123456789012:alarms"]
    api = {
      lambda_zip           = "versions.tf"
      admins               = { principals = ["arn:aws:sts::123456789012:assumed-role/Ops/*"] }
      quotas               = { bookings = 20, hours = 12 }
      cors_origins         = ["https://booking.example.com"]
      reserved_concurrency = 5
      tracing              = true
      access_log           = true
      log_kms_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
      jwt                  = { issuer = "https://login.example.com", audience = ["booking"], read_scopes = ["read"], write_scopes = ["write"] }
    }
  }

  assert {
    condition = jsondecode(aws_lambda_function.api[0].environment[0].variables.EC2_SCHEDULER_ACCESS) == {
      admin_principals = ["arn:aws:sts::123456789012:assumed-role/Ops/*"]
      admin_scopes     = []
      max_bookings     = 20
      max_hours        = 12
      max_days_ahead   = 0
    }
    error_message = "The function does not know administrators and quotas."
  }

  assert {
    condition     = toset(aws_apigatewayv2_route.this["GET /bookings"].authorization_scopes) == toset(["read", "write"]) && toset(aws_apigatewayv2_route.this["POST /provision"].authorization_scopes) == toset(["write"])
    error_message = "A token for reading may write, or one for writing may not read."
  }

  assert {
    condition     = toset(aws_apigatewayv2_api.this[0].cors_configuration[0].allow_origins) == toset(["https://booking.example.com"])
    error_message = "The web page's origin may not call."
  }

  assert {
    condition     = aws_lambda_function.api[0].reserved_concurrent_executions == 5 && aws_lambda_function.api[0].tracing_config[0].mode == "Active" && aws_cloudwatch_log_group.function[0].kms_key_id != null && length(aws_apigatewayv2_stage.this[0].access_log_settings) == 1
    error_message = "Concurrency, tracing, encryption or the access log is missing."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.api_errors) == 1 && length(aws_cloudwatch_metric_alarm.dead_letters) == 1
    error_message = "An alarm is missing."
  }
}

run "a_zone_that_does_not_exist_is_refused" {
  command = plan

  variables {
    instance_tag = { key = "Bookable", values = ["true"] }
    api          = { lambda_zip = "versions.tf", timezone = "Europe/Atlantis" }
  }

  expect_failures = [aws_lambda_function.api]
}

run "every_web_page_is_refused" {
  command = plan

  variables {
    api = { cors_origins = ["*"] }
  }

  expect_failures = [var.api]
}

run "scopes_for_reading_alone_are_refused" {
  command = plan

  variables {
    api = { jwt = { issuer = "https://login.example.com", audience = ["booking"], read_scopes = ["read"] } }
  }

  expect_failures = [var.api]
}

run "an_api_without_a_tag_is_refused" {
  command = plan

  variables {
    api = { lambda_zip = "versions.tf" }
  }

  expect_failures = [aws_lambda_function.api]
}

run "a_missing_zip_is_refused" {
  command = plan

  variables {
    instance_tag = { key = "Bookable", values = ["true"] }
    api          = { lambda_zip = "tests/not-there.zip" }
  }

  expect_failures = [aws_lambda_function.api]
}

run "a_token_without_audience_is_refused" {
  command = plan

  variables {
    api = { jwt = { issuer = "https://login.example.com", audience = [] } }
  }

  expect_failures = [var.api]
}

run "an_unknown_architecture_is_refused" {
  command = plan

  variables {
    api = { architecture = "riscv" }
  }

  expect_failures = [var.api]
}

run "a_key_alias_is_refused" {
  command = plan

  variables {
    kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:alias/ebs"]
  }

  expect_failures = [var.kms_key_arns]
}

run "a_tag_without_values_is_refused" {
  command = plan

  variables {
    instance_tag = { key = "Bookable", values = [] }
  }

  expect_failures = [var.instance_tag]
}

run "a_name_that_scheduler_refuses_is_refused" {
  command = plan

  variables {
    name = "office hours"
  }

  expect_failures = [var.name]
}

run "a_retention_that_sqs_refuses_is_refused" {
  command = plan

  variables {
    dead_letter_retention_days = 15
  }

  expect_failures = [var.dead_letter_retention_days]
}

run "half_a_day_is_refused" {
  command = plan

  variables {
    dead_letter_retention_days = 1.5
  }

  expect_failures = [var.dead_letter_retention_days]
}

run "a_tag_whose_values_are_null_is_refused" {
  command = plan

  variables {
    instance_tag = { key = "Bookable", values = null }
  }

  expect_failures = [var.instance_tag]
}

run "no_keys_are_none" {
  command = plan

  variables {
    kms_key_arns = null
  }
}

run "published_as_ssm_outputs_would" {
  command = plan

  variables {
    output_prefix = "/prod/OUTPUT_"
    tags          = { team = "ops" }
  }

  assert {
    condition     = [for parameter in aws_ssm_parameter.published : parameter.name] == ["/prod/OUTPUT_EC2_SCHEDULER_DLQ_ARN", "/prod/OUTPUT_EC2_SCHEDULER_GROUP", "/prod/OUTPUT_EC2_SCHEDULER_ROLE_ARN"]
    error_message = "Not the names that tfbridge.aws.ec2_schedule looks for."
  }

  assert {
    condition = alltrue([for name, parameter in aws_ssm_parameter.published :
      parameter.type == "String" && parameter.tier == "Standard" && parameter.description == "Terraform output ${name}" && parameter.tags == tomap({ team = "ops" })
    ])
    error_message = "Not as ssm_outputs writes them."
  }
}

run "nothing_is_published_unless_asked_for" {
  command = plan

  variables {
    publish = false
  }

  assert {
    condition     = length(aws_ssm_parameter.published) == 0
    error_message = "Parameters are planned that nobody asked for."
  }
}

run "a_prefix_that_ssm_refuses_is_refused" {
  command = plan

  variables {
    output_prefix = "prod/OUTPUT_"
  }

  expect_failures = [var.output_prefix]
}

run "tags_that_aws_refuses_are_refused" {
  command = plan

  variables {
    tags = merge({ "aws:x" = "x", "bad<>" = "x" }, { for i in range(50) : "t${i}" => "x" })
  }

  expect_failures = [var.tags]
}

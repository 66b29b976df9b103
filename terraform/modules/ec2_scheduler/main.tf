data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # `id` is the region's name in every provider series; `name` is deprecated in 6.x.
  region = data.aws_region.current.id

  # Built rather than read, so that policies are known, and can be reviewed, at plan.
  group_arn     = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/${var.name}"
  schedules_arn = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule/${var.name}/*"
  instances_arn = "arn:${local.partition}:ec2:${local.region}:${local.account_id}:instance/*"

  # IAM's names are global in an account, the rest of this module is regional.
  role_name = "${var.name}-ec2-${local.region}"

  start_stop_statement = merge(
    {
      Sid      = "StartAndStop"
      Effect   = "Allow"
      Action   = ["ec2:StartInstances", "ec2:StopInstances"]
      Resource = local.instances_arn
    },
    var.instance_tag == null ? {} : {
      Condition = { StringEquals = { "aws:ResourceTag/${var.instance_tag.key}" = var.instance_tag.values } }
    },
  )

  # An instance that has lost its tag is not started any more; what the group has started it has to be able to stop.
  stops_any = var.instance_tag != null && var.stop_untagged
  execution_statements = concat(
    [for statement in [local.start_stop_statement] : statement if !local.stops_any],
    [
      for statement in [
        merge(local.start_stop_statement, { Sid = "StartTagged", Action = ["ec2:StartInstances"] }),
        { Sid = "Stop", Effect = "Allow", Action = ["ec2:StopInstances"], Resource = local.instances_arn },
      ] : statement if local.stops_any
    ],
  )

  grant_statements = length(var.kms_key_arns) == 0 ? [] : [{
    Sid       = "AttachEncryptedVolumes"
    Effect    = "Allow"
    Action    = ["kms:CreateGrant"]
    Resource  = var.kms_key_arns
    Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
  }]
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
  tags = var.tags
}

# What could not be delivered, with its reason. EventBridge Scheduler sends it with the execution role.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${replace(var.name, ".", "-")}-ec2-dead-letters"
  message_retention_seconds = var.dead_letter_retention_days * 86400
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_iam_role" "execution" {
  name                 = local.role_name
  description          = "EventBridge Scheduler starts and stops booked EC2 instances with it."
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      # Schedules of another account or group can't borrow this role. The group is as narrow as Scheduler goes:
      # it does not send the ARN of a single schedule.
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
          "aws:SourceArn"     = local.group_arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "start-stop"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.execution_statements,
      [
        {
          Sid      = "KeepWhatFailed"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = aws_sqs_queue.dead_letters.arn
        },
      ],
      local.grant_statements,
      [
        for key in local.schedule_key_arns : {
          Sid      = "DecryptSchedules"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = key
        }
      ],
    )
  })
}

locals {
  # Keys of KMS that encrypt the schedules themselves; null for AWS's own.
  schedule_key_arns = var.schedule_kms_key_arn == null ? [] : [var.schedule_kms_key_arn]

  # What somebody who books needs: `booking_policy_json` hands it to the people and pipelines that use
  # tfbridge.aws.ec2_schedule, ec2_schedule_info and the lookup. Schedules are created and deleted, never updated, and
  # Scheduler stops instances, never the caller.
  booking_statements = concat([
    {
      Sid    = "WriteSchedules"
      Effect = "Allow"
      Action = [
        "scheduler:CreateSchedule",
        "scheduler:DeleteSchedule",
        "scheduler:GetSchedule",
      ]
      Resource = local.schedules_arn
    },
    {
      # Listing is authorised against schedule/*/*, whatever group is asked for, and DescribeInstances has no
      # resource to name: narrower ones are always denied.
      Sid      = "ListSchedulesAndInstances"
      Effect   = "Allow"
      Action   = ["scheduler:ListSchedules", "ec2:DescribeInstances"]
      Resource = "*"
    },
    {
      Sid      = "SeeTheGroup"
      Effect   = "Allow"
      Action   = ["scheduler:GetScheduleGroup"]
      Resource = local.group_arn
    },
    {
      Sid       = "HandTheRoleToScheduler"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = aws_iam_role.execution.arn
      Condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
    },
    # A booking that has begun starts its instance at once.
    merge(local.start_stop_statement, { Sid = "StartWhatIsBooked", Action = ["ec2:StartInstances"] }),
    {
      # Role, group and queue are read where the caller does not name them; the tag for warnings.
      Sid      = "FindTheStack"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = [for name in ["ROLE_ARN", "GROUP", "DLQ_ARN", "TAG"] : "${local.parameters_arn}EC2_SCHEDULER_${name}"]
    },
    {
      Sid      = "PeekIntoTheDeadLetters"
      Effect   = "Allow"
      Action   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource = aws_sqs_queue.dead_letters.arn
    },
    ], local.grant_statements, [
    for key in local.schedule_key_arns : {
      Sid      = "EncryptSchedules"
      Effect   = "Allow"
      Action   = ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"]
      Resource = key
    }
  ])

  parameters_arn = join("", [
    "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/",
    trimprefix(var.output_prefix, "/"),
  ])
}

locals {
  # What somebody who books needs: `booking_policy_json` hands it to the people and pipelines that use
  # tfbridge.aws.ec2_schedule. Schedules are created and deleted, never updated.
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
    # A booking that has begun starts its instance at once, and one that is cancelled may stop it.
    local.start_stop_statement,
  ], local.grant_statements)
}

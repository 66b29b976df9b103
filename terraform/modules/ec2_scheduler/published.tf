# Parameters of its own, as ../ssm_outputs would write them: a module that calls "../ssm_outputs" can't be used by an
# absolute path, since Terraform copies nothing beside it.
locals {
  published = merge(
    {
      EC2_SCHEDULER_ROLE_ARN = aws_iam_role.execution.arn
      EC2_SCHEDULER_GROUP    = aws_scheduler_schedule_group.this.name
      EC2_SCHEDULER_DLQ_ARN  = aws_sqs_queue.dead_letters.arn
    },
    var.instance_tag == null ? {} : { EC2_SCHEDULER_TAG = jsonencode(var.instance_tag) },
    var.api == null ? {} : { EC2_SCHEDULER_API_URL = local.api_url },
  )
}

resource "aws_ssm_parameter" "published" {
  for_each = { for name, value in local.published : name => value if var.publish }

  name        = "${var.output_prefix}${each.key}"
  description = "Terraform output ${each.key}"
  type        = "String"
  value       = each.value
  tier        = "Standard"
  data_type   = "text"
  tags        = var.tags
}

# Where release 0.1.0 had them, so that an upgrade replaces none.
moved {
  from = module.published[0].aws_ssm_parameter.output["EC2_SCHEDULER_ROLE_ARN"]
  to   = aws_ssm_parameter.published["EC2_SCHEDULER_ROLE_ARN"]
}

moved {
  from = module.published[0].aws_ssm_parameter.output["EC2_SCHEDULER_GROUP"]
  to   = aws_ssm_parameter.published["EC2_SCHEDULER_GROUP"]
}

moved {
  from = module.published[0].aws_ssm_parameter.output["EC2_SCHEDULER_DLQ_ARN"]
  to   = aws_ssm_parameter.published["EC2_SCHEDULER_DLQ_ARN"]
}

moved {
  from = module.published[0].aws_ssm_parameter.output["EC2_SCHEDULER_API_URL"]
  to   = aws_ssm_parameter.published["EC2_SCHEDULER_API_URL"]
}

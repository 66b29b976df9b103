terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The first provider series that this module is tested with. The 3.x series that ../ssm_outputs supports has no
      # aws_scheduler_* resources at all, so a stack that still runs on 3.x keeps this module in a root of its own.
      version = ">= 5.0"
    }
  }
}

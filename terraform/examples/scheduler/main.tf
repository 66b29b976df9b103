# An instance that people book, and everything that bookings need: `terraform apply`, then
# `ansible-playbook tfbridge.aws.book_ec2 -e instance_id=... -e start_time=... -e end_time=...`.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Where the instance runs."
  type        = string
  default     = "eu-central-1"
}

variable "ami" {
  description = "Image of the instance."
  type        = string
}

variable "create_api" {
  description = "Also create the HTTP API; run terraform/modules/ec2_scheduler/build_lambda.py first."
  type        = bool
  default     = false
}

resource "aws_instance" "workstation" {
  ami           = var.ami
  instance_type = "t3.micro"

  tags = {
    Name     = "workstation"
    Bookable = "true"
  }
}

module "scheduler" {
  source = "../../modules/ec2_scheduler"

  instance_tag = { key = "Bookable", values = ["true"] }
  api          = var.create_api ? { timezone = "Europe/Paris" } : null
}

module "outputs" {
  source = "../../modules/ssm_outputs"

  strings = { WORKSTATION_ID = aws_instance.workstation.id }
}

output "instance_id" {
  description = "The instance to book."
  value       = aws_instance.workstation.id
}

output "booking_policy_json" {
  description = "The policy to attach to the people and pipelines that book."
  value       = module.scheduler.booking_policy_json
}

output "api_url" {
  description = "Address of the booking API, null without one."
  value       = module.scheduler.api_url
}

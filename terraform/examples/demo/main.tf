# What `make demo` applies: three instances whose addresses are on this machine's loopback.
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39"
    }
  }
}

variable "endpoint" {
  description = "The URL of an AWS on this machine; null for the real one."
  type        = string
  default     = null
}

provider "aws" {
  region                      = "eu-central-1"
  skip_credentials_validation = var.endpoint != null
  skip_metadata_api_check     = var.endpoint != null
  skip_requesting_account_id  = var.endpoint != null

  dynamic "endpoints" {
    for_each = var.endpoint == null ? [] : [var.endpoint]

    content {
      ec2 = endpoints.value
      efs = endpoints.value
      iam = endpoints.value
      ssm = endpoints.value
    }
  }
}

resource "aws_vpc" "demo" {
  cidr_block = "127.0.0.0/16"
}

resource "aws_subnet" "demo" {
  vpc_id     = aws_vpc.demo.id
  cidr_block = "127.0.0.0/24"
}

resource "aws_instance" "web" {
  count         = 3
  ami           = "ami-12c6146b"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.demo.id
  private_ip    = cidrhost(aws_subnet.demo.cidr_block, 11 + count.index)
  tags          = { Name = "web-${count.index}" }
}

resource "aws_efs_file_system" "shared" {}

# What starts and stops booked instances. The module ec2_scheduler makes it with the least rights, a group and a
# dead-letter queue; it needs AWS provider 5, and the demo runs on 3.39 too.
resource "aws_iam_role" "scheduler" {
  name = "demo-scheduler"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "scheduler.amazonaws.com" } }]
  })
}

module "outputs" {
  source = "../../modules/ssm_outputs"

  strings = {
    efs_dns_url            = aws_efs_file_system.shared.dns_name
    ec2_scheduler_role_arn = aws_iam_role.scheduler.arn
  }
  lists   = { my_ip = aws_instance.web[*].private_ip }
  objects = { site = { title = "Terraform to Ansible", ports = [80, 443] } }
  secrets = { db_password = "correct horse battery staple" }
}

output "parameters" {
  description = "What is published, with the version of each."
  value       = module.outputs.versions
}

output "instance_id" {
  description = "An instance to book."
  value       = aws_instance.web[0].id
}

# Instances and a file system, and everything that Ansible has to know of them.
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39"
    }
  }
}

variable "region" {
  description = "Where everything is made."
  type        = string
  default     = "eu-central-1"
}

variable "instances" {
  description = "How many web servers there are."
  type        = number
  default     = 3
}

variable "ami" {
  description = "The image of the web servers."
  type        = string
}

variable "db_password" {
  description = "A secret that playbooks need."
  type        = string
  sensitive   = true
}

variable "snapshot" {
  description = "Whether everything can be read by one call, too."
  type        = bool
  default     = true
}

provider "aws" {
  region = var.region
}

resource "aws_instance" "web" {
  count         = var.instances
  ami           = var.ami
  instance_type = "t3.micro"
  tags          = { Name = "web-${count.index}" }
}

resource "aws_efs_file_system" "shared" {
  encrypted = true
}

module "outputs" {
  source = "../../modules/ssm_outputs"

  strings = { efs_dns_url = aws_efs_file_system.shared.dns_name }
  lists   = { my_ip = aws_instance.web[*].private_ip }
  objects = { web = { for server in aws_instance.web : server.tags.Name => server.private_ip } }
  secrets = { db_password = var.db_password }

  snapshot        = var.snapshot
  snapshot_chunks = 2
}

output "parameters" {
  description = "What is published, with the version of each."
  value       = module.outputs.versions
}

output "reader_policy_json" {
  description = "What an Ansible controller has to be allowed."
  value       = module.outputs.reader_policy_json
}

output "snapshot_reader_policy_json" {
  description = "What it has to be allowed where it reads the snapshot only."
  value       = module.outputs.snapshot_reader_policy_json
}

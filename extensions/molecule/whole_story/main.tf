# Two instances that the lab's guests stand in for, by their addresses, and a file system whose name the lab serves.
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
  description = "The URL of the AWS in the lab."
  type        = string
}

variable "addresses" {
  description = "The addresses of the guests."
  type        = list(string)
}

provider "aws" {
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    ec2 = var.endpoint
    efs = var.endpoint
    ssm = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "lab" {
  cidr_block = "10.77.0.0/16"
}

resource "aws_subnet" "lab" {
  vpc_id     = aws_vpc.lab.id
  cidr_block = "10.77.0.0/24"
}

resource "aws_instance" "web" {
  count         = length(var.addresses)
  ami           = "ami-12c6146b"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.lab.id
  private_ip    = var.addresses[count.index]
}

resource "aws_efs_file_system" "shared" {}

module "outputs" {
  source = "../../../terraform/modules/ssm_outputs"

  strings = { efs_dns_url = aws_efs_file_system.shared.dns_name }
  lists   = { my_ip = aws_instance.web[*].private_ip }
}

output "efs_dns_url" {
  description = "The name that Route 53 would serve in the VPC."
  value       = aws_efs_file_system.shared.dns_name
}

# The same contract without the module: parameters written by hand read the same.
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39"
    }
  }
}

variable "ami" {
  description = "The image of the instances."
  type        = string
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_instance" "web" {
  count         = 3
  ami           = var.ami
  instance_type = "t3.micro"
}

resource "aws_ssm_parameter" "my_ip" {
  count = length(aws_instance.web)
  name  = "OUTPUT_MY_IP_${count.index}"
  type  = "String"
  value = aws_instance.web[count.index].private_ip
}

resource "aws_ssm_parameter" "efs_dns_url" {
  name  = "OUTPUT_EFS_DNS_URL"
  type  = "String"
  value = "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
}

resource "aws_ssm_parameter" "zones" {
  name  = "OUTPUT_ZONES"
  type  = "StringList"
  value = "eu-central-1a,eu-central-1b"
}

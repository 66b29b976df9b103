# A secret that neither Terraform's state nor a plan has, beside outputs that everybody may read:
# `terraform apply -var db_password=...`, then `lookup('tfbridge.aws.ssm_output', 'DB_PASSWORD', decrypt=true)`.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.88"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Where the parameters are."
  type        = string
  default     = "eu-central-1"
}

variable "db_password" {
  description = "The secret. Terraform asks for it in each run, and keeps it nowhere."
  type        = string
  ephemeral   = true
}

variable "db_password_version" {
  description = "Count it up to write the secret again."
  type        = number
  default     = 1
}

module "secrets" {
  source = "../../modules/ssm_secrets"

  secrets  = { db_password = var.db_password }
  versions = { db_password = var.db_password_version }
}

module "outputs" {
  source = "../../modules/ssm_outputs"

  strings         = { db_host = "db.example.com" }
  snapshot        = true
  snapshot_chunks = 1
  # So that readers of the snapshot find the secret.
  other_secrets = module.secrets.names
}

output "names" {
  description = "The names of all parameters but the secret's."
  value       = module.outputs.names
}

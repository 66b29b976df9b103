terraform {
  # Write-only arguments, and ephemeral variables in them.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # value_wo
      version = ">= 5.88"
    }
  }
}

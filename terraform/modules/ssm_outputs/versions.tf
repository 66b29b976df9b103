terraform {
  # 1.3 has defaults in optional() and error messages that name what was got.
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39"
    }
  }
}

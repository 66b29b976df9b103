terraform {
  # 1.3 has defaults in optional() and error messages that name what was got.
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # aws_ssm_parameters_by_path: 3.39, which the other modules take, lacks it. README.md says why nothing else will do.
      version = ">= 4.31"
    }
  }
}

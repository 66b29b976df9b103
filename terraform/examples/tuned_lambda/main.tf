# A function whose memory is measured by Ansible and set by Terraform:
#   zip handler.zip handler.py
#   terraform apply
#   ansible-playbook tfbridge.aws.tune_lambda -e function=worker -e publish_to=/prod/worker/INPUT_WORKER_MEMORY
#   terraform apply
# Nothing drifts: after the measuring the function is as it was, and Terraform alone changes it.
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.31"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "inputs" {
  source = "../../modules/ssm_inputs"

  path    = "/prod/worker"
  numbers = { worker_memory = { default = 512, min = 128, max = 10240, step = 1 } }
}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_lambda_function" "worker" {
  function_name    = "worker"
  description      = "Counts words"
  role             = aws_iam_role.worker.arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "handler.handle"
  filename         = "${path.module}/handler.zip"
  source_code_hash = try(filebase64sha256("${path.module}/handler.zip"), null)
  memory_size      = module.inputs.values.worker_memory
  timeout          = 10
  publish          = true
  tags             = { team = "web" }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.worker.function_name
  function_version = aws_lambda_function.worker.version
}

output "memory" {
  value = aws_lambda_function.worker.memory_size
}

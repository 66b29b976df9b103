# What is published for which input. `make test` runs the module against an AWS over HTTP as well.
mock_provider "aws" {
  mock_resource "aws_ssm_parameter" {
    defaults = {
      arn     = "arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_SOMETHING"
      version = 1
    }
  }
}

run "every_shape" {
  variables {
    strings = { efs_dns_url = "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com" }
    lists   = { my_ip = ["10.0.0.1", "10.0.0.2"], none = [] }
    objects = { hosts = { web = "10.0.0.3" }, template = { text = "{{ x }}" }, ports = [80, 443] }
    secrets = { db_password = "hunter2" }
    tags    = { team = "web" }
  }

  assert {
    condition = jsonencode(output.names) == jsonencode([
      "OUTPUT_DB_PASSWORD", "OUTPUT_EFS_DNS_URL", "OUTPUT_HOSTS", "OUTPUT_MY_IP_0", "OUTPUT_MY_IP_1",
      "OUTPUT_NONE", "OUTPUT_PORTS", "OUTPUT_TEMPLATE",
    ])
    error_message = "names: ${jsonencode(output.names)}"
  }
  assert {
    condition     = aws_ssm_parameter.output["MY_IP_1"].value == "10.0.0.2" && aws_ssm_parameter.output["NONE"].value == "[]"
    error_message = "Lists are numbered parameters; an empty one is []."
  }
  assert {
    condition     = aws_ssm_parameter.output["HOSTS"].value == "{\"web\":\"10.0.0.3\"}" && aws_ssm_parameter.output["PORTS"].value == "[80,443]"
    error_message = "Objects are JSON documents."
  }
  assert {
    condition     = !strcontains(aws_ssm_parameter.output["TEMPLATE"].value, "{{") && jsondecode(aws_ssm_parameter.output["TEMPLATE"].value).text == "{{ x }}"
    error_message = "'{{' is escaped in JSON, and comes back."
  }
  assert {
    condition     = aws_ssm_parameter.secret["DB_PASSWORD"].type == "SecureString" && !contains(keys(aws_ssm_parameter.output), "DB_PASSWORD")
    error_message = "A secret is a SecureString and nothing else."
  }
  assert {
    condition     = alltrue([for parameter in aws_ssm_parameter.output : parameter.tags.team == "web" && parameter.tier == "Standard"])
    error_message = "Tags and tier are those of all parameters."
  }
}

run "descriptions" {
  variables {
    strings      = { vpc_id = "vpc-1" }
    lists        = { my_ip = ["10.0.0.1"] }
    descriptions = { my_ip = "Addresses of the web servers" }
  }

  assert {
    condition     = aws_ssm_parameter.output["MY_IP_0"].description == "Addresses of the web servers" && aws_ssm_parameter.output["VPC_ID"].description == "Terraform output vpc_id"
    error_message = "Each output has a description."
  }
}

run "policy_of_a_prefix" {
  variables {
    strings = { vpc_id = "vpc-1" }
  }

  assert {
    condition = jsonencode(jsondecode(output.reader_policy_json).Statement) == jsonencode([
      { Sid = "ReadOutputs", Effect = "Allow", Action = ["ssm:GetParameters"], Resource = ["arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_*"] },
      { Sid = "ListNames", Effect = "Allow", Action = ["ssm:DescribeParameters"], Resource = ["*"] },
    ])
    error_message = output.reader_policy_json
  }
}

run "policy_of_a_path" {
  variables {
    strings = { vpc_id = "vpc-1" }
    prefix  = "/prod/web/"
  }

  assert {
    condition = jsonencode(jsondecode(output.reader_policy_json).Statement) == jsonencode([
      {
        Sid      = "ReadOutputs", Effect = "Allow", Action = ["ssm:GetParameters", "ssm:GetParametersByPath"]
        Resource = ["arn:aws:ssm:eu-central-1:123456789012:parameter/prod/web", "arn:aws:ssm:eu-central-1:123456789012:parameter/prod/web/*"]
      },
    ])
    error_message = output.reader_policy_json
  }
}

run "nothing" {
  variables {
    create  = false
    strings = { vpc_id = "vpc-1" }
    secrets = { db_password = "hunter2" }
  }

  assert {
    condition     = length(output.names) == 0 && output.reader_policy_json == null
    error_message = "create = false publishes nothing."
  }
}

run "four_kilobytes_of_characters_that_take_two_bytes" {
  command = plan
  variables {
    strings = { text = join("", [for i in range(1024) : "éé"]) }
  }
}

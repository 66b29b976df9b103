# What a snapshot holds. `make test` reads real ones with Ansible as well.
mock_provider "aws" {
  mock_resource "aws_ssm_parameter" {
    defaults = {
      arn     = "arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_SOMETHING"
      version = 1
    }
  }
}

run "off_by_default" {
  variables {
    strings = { vpc_id = "vpc-1" }
  }

  assert {
    condition     = length(aws_ssm_parameter.snapshot) == 0 && output.snapshot_slices == null && output.snapshot_reader_policy_json == null
    error_message = "No snapshot unless it is asked for."
  }
}

run "beside_the_parameters" {
  variables {
    strings         = { vpc_id = "vpc-1" }
    secrets         = { db_password = "hunter2" }
    snapshot        = true
    snapshot_chunks = 3
    tier            = "Advanced"
    tags            = { team = "web" }
  }

  assert {
    condition = jsonencode(output.names) == jsonencode([
      "OUTPUT_DB_PASSWORD", "OUTPUT_SNAPSHOT.0", "OUTPUT_SNAPSHOT.1", "OUTPUT_SNAPSHOT.2", "OUTPUT_VPC_ID",
    ])
    error_message = "names: ${jsonencode(output.names)}"
  }
  assert {
    condition     = can(regex("^tfb1:0/3:[0-9a-f]{12}:H4sI[A-Za-z0-9+/]+=*$", aws_ssm_parameter.snapshot[0].value))
    error_message = "A header, and gzip in base64."
  }
  assert {
    condition = alltrue([for index in [1, 2] :
    aws_ssm_parameter.snapshot[index].value == "tfb1:${index}/3:${split(":", aws_ssm_parameter.snapshot[0].value)[2]}:"])
    error_message = "Slices past the end are a header with the same digest."
  }
  assert {
    condition     = output.snapshot_slices == 1 && aws_ssm_parameter.snapshot[2].type == "String" && aws_ssm_parameter.snapshot[2].tier == "Standard" && aws_ssm_parameter.snapshot[2].tags.team == "web"
    error_message = "Slices: ${output.snapshot_slices}"
  }
  assert {
    condition = jsonencode(jsondecode(output.snapshot_reader_policy_json).Statement) == jsonencode([
      { Sid = "ReadSnapshot", Effect = "Allow", Action = ["ssm:GetParameters"], Resource = ["arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_SNAPSHOT.*"] },
      {
        Sid = "ReadSecrets", Effect = "Allow", Action = ["ssm:GetParameters"]
        Resource = [
          "arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_DB_PASSWORD",
          "arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_DB_PASSWORD_*",
        ]
      },
    ])
    error_message = output.snapshot_reader_policy_json
  }
}

run "alone" {
  variables {
    # None of these fits in a parameter.
    strings    = { nothing = "", braces = "{{ x }}", unset = null, long = format("%05000d", 0) }
    lists      = { gaps = ["a", "", null] }
    secrets    = { db_password = "hunter2" }
    prefix     = "/prod/web/"
    snapshot   = true
    parameters = false
  }

  assert {
    condition     = length(aws_ssm_parameter.output) == 0 && length(aws_ssm_parameter.secret) == 1 && length(aws_ssm_parameter.snapshot) == 5
    error_message = "Secrets have parameters of their own, and the rest has not."
  }
  assert {
    condition     = output.reader_policy_json == output.snapshot_reader_policy_json
    error_message = output.reader_policy_json
  }
  assert {
    condition     = jsondecode(output.snapshot_reader_policy_json).Statement[0].Resource[0] == "arn:aws:ssm:eu-central-1:123456789012:parameter/prod/web/SNAPSHOT.*"
    error_message = output.snapshot_reader_policy_json
  }
}


run "nothing_where_create_is_false" {
  variables {
    create   = false
    snapshot = true
    strings  = { vpc_id = "vpc-1" }
  }

  assert {
    condition     = length(output.names) == 0 && output.snapshot_slices == null && output.snapshot_reader_policy_json == null
    error_message = "create = false publishes nothing."
  }
}

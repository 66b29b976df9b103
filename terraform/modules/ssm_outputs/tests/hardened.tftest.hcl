# Sensitive values, options of single outputs, what can be taken back. No mock has a true ARN here.
mock_provider "aws" {}

run "sensitive_values_are_refused_by_name" {
  command = plan
  variables {
    strings = { a = sensitive("x"), b = "y" }
    lists   = { l = ["x", sensitive("y")], whole = sensitive(["x"]) }
    objects = { o = { deep = [sensitive("x")] } }
  }
  expect_failures = [
    aws_ssm_parameter.output["A"], aws_ssm_parameter.output["L_1"], aws_ssm_parameter.output["WHOLE_0"],
    aws_ssm_parameter.output["O"],
  ]
}

run "sensitive_maps_are_refused_by_name" {
  command = plan
  variables {
    strings = sensitive({ a = "x" })
    lists   = sensitive({ l = ["x"] })
    objects = sensitive({ o = {} })
  }
  expect_failures = [aws_ssm_parameter.output["A"], aws_ssm_parameter.output["L_0"], aws_ssm_parameter.output["O"]]
}

run "sensitive_values_are_kept_out_of_a_snapshot" {
  command = plan
  variables {
    strings         = { a = sensitive("x") }
    parameters      = false
    snapshot        = true
    snapshot_chunks = 1
  }
  expect_failures = [aws_ssm_parameter.snapshot]
}

run "allow_sensitive_publishes_them_and_shows_none" {
  command = plan
  variables {
    strings         = { a = sensitive("x"), b = "y" }
    lists           = sensitive({ l = ["x"] })
    secrets         = { s = "z" }
    snapshot        = true
    allow_sensitive = true
  }
  assert {
    condition     = jsonencode(output.values) == jsonencode({ OUTPUT_B = "y" })
    error_message = "What isn't sensitive, and nothing else."
  }
  assert {
    condition     = length(aws_ssm_parameter.output) == 3
    error_message = "Published all the same."
  }
}

run "refusals_of_sensitive_values_say_why" {
  command = plan
  variables {
    strings         = { a = sensitive("{{ x }}") }
    allow_sensitive = true
  }
  expect_failures = [aws_ssm_parameter.output["A"]]
}

run "taking_away_sets_back" {
  command = plan
  variables {
    secrets      = { s = "z" }
    strings      = { a = "x" }
    descriptions = { a = null }
  }
  assert {
    condition     = aws_ssm_parameter.secret["S"].key_id == "alias/aws/ssm" && aws_ssm_parameter.output["A"].data_type == "text"
    error_message = "Without a value, AWS's own default is set; the provider would keep what is there."
  }
  assert {
    condition     = aws_ssm_parameter.output["A"].description == "Terraform output a"
    error_message = "A description that is null is none."
  }
}

run "options_of_single_outputs" {
  command = plan
  variables {
    strings = { ami = "ami-0a1b2c3d", stage = "prod", big = "x", release = "1" }
    secrets = { rotated = "z" }
    options = {
      ami     = { data_type = "aws:ec2:image" }
      stage   = { allowed_pattern = "^(prod|test)$" }
      big     = { tier = "Advanced" }
      release = { ignore_value_changes = true }
      rotated = { ignore_value_changes = true }
    }
  }
  assert {
    condition = (aws_ssm_parameter.output["AMI"].data_type == "aws:ec2:image" && aws_ssm_parameter.output["STAGE"].allowed_pattern == "^(prod|test)$"
    && aws_ssm_parameter.output["BIG"].tier == "Advanced" && aws_ssm_parameter.output["STAGE"].tier == "Standard")
    error_message = "Each option is that of its output."
  }
  assert {
    condition     = join(" ", keys(aws_ssm_parameter.initial)) == "RELEASE ROTATED" && aws_ssm_parameter.initial["ROTATED"].type == "SecureString" && length(aws_ssm_parameter.secret) == 0
    error_message = "What others change has one parameter, whose value is left alone."
  }
}

run "options_that_do_not_fit" {
  command = plan
  variables {
    strings = { ami = "x", stage = "dev", big = format("%08193d", 0) }
    options = { ami = { data_type = "aws:ec2:image" }, stage = { allowed_pattern = "^prod$" }, big = { tier = "Advanced" } }
  }
  expect_failures = [aws_ssm_parameter.output["AMI"], aws_ssm_parameter.output["STAGE"], aws_ssm_parameter.output["BIG"]]
}

run "options_of_nothing" {
  command = plan
  variables {
    strings = { a = "x" }
    options = { b = { tier = "Advanced" } }
  }
  expect_failures = [output.names]
}

run "a_snapshot_of_what_others_change" {
  command = plan
  variables {
    strings  = { a = "x" }
    snapshot = true
    options  = { a = { ignore_value_changes = true } }
  }
  expect_failures = [output.names]
}

run "wrong_options" {
  command = plan
  variables {
    strings = { a = "x" }
    options = { a = { tier = "Gold", data_type = "number" } }
  }
  expect_failures = [var.options]
}

run "nul_and_long_names" {
  command = plan
  variables {
    strings = { nul = "a\u0000b", (replace(format("%0950d", 0), "0", "x")) = "x" }
    objects = { fine = "a\u0000b" }
  }
  expect_failures = [aws_ssm_parameter.output["NUL"], aws_ssm_parameter.output["XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"]]
}

run "tags_by_number" {
  command = plan
  variables {
    tags = { for i in range(51) : "t${i}" => "x" }
  }
  expect_failures = [var.tags]
}

run "tags_of_aws" {
  command = plan
  variables {
    tags = { "aws:x" = "x", "bad<>" = "x" }
  }
  expect_failures = [var.tags]
}

run "tags_that_are_long" {
  command = plan
  variables {
    tags = { (join("", [for i in range(129) : "x"])) = "x", ok = join("", [for i in range(257) : "x"]) }
  }
  expect_failures = [var.tags]
}

run "policies_hold_with_mocks" {
  variables {
    strings  = { a = "x" }
    snapshot = true
  }
  assert {
    condition     = jsondecode(output.reader_policy_json).Statement[0].Resource == ["arn:aws:ssm:*:*:parameter/OUTPUT_*"] && output.snapshot_reader_policy_json != null
    error_message = "A made-up ARN must not make the policy null."
  }
}

run "secrets_of_others" {
  variables {
    strings       = { a = "x" }
    snapshot      = true
    other_secrets = ["db_password"]
  }
  assert {
    condition     = length([for statement in jsondecode(output.snapshot_reader_policy_json).Statement : statement if statement.Sid == "ReadSecrets"]) == 1
    error_message = "The snapshot's reader may read them."
  }
}

run "a_key_that_is_none" {
  command = plan
  variables {
    kms_key_id = ""
  }
  expect_failures = [var.kms_key_id]
}

run "a_key_by_alias" {
  command = plan
  variables {
    kms_key_id = "alias/outputs"
  }
}

# Run by `terraform test` (1.11 or newer) in this module's folder; nothing is created anywhere.
mock_provider "aws" {}

run "each_secret_is_a_secure_string_with_a_version" {
  command = plan
  variables {
    secrets  = { db_password = "x", Token = "y" }
    versions = { db_password = 1, Token = 7 }
    prefix   = "/prod/"
    tags     = { team = "web" }
  }
  assert {
    condition     = aws_ssm_parameter.secret["db_password"].name == "/prod/DB_PASSWORD" && aws_ssm_parameter.secret["db_password"].type == "SecureString"
    error_message = "A SecureString with the name in upper case."
  }
  assert {
    condition     = aws_ssm_parameter.secret["Token"].value_wo_version == 7 && aws_ssm_parameter.secret["Token"].key_id == "alias/aws/ssm" && aws_ssm_parameter.secret["Token"].tags == tomap({ team = "web" })
    error_message = "With its version, the account's own key, and the tags."
  }
  assert {
    condition     = join(" ", output.names) == "Token db_password"
    error_message = "The names are those of versions."
  }
}

run "nothing_without_create" {
  command = plan
  variables {
    secrets  = { a = "x" }
    versions = { a = 1 }
    create   = false
  }
  assert {
    condition     = length(aws_ssm_parameter.secret) == 0 && length(output.names) == 0
    error_message = "create = false publishes nothing."
  }
}

run "values_that_ssm_refuses" {
  command = plan
  variables {
    secrets  = { empty = "", braces = "a {{ b", nul = "a\u0000b", long = format("%04097d", 0), nothing = null, fits = format("%04096d", 0) }
    versions = { empty = 1, braces = 1, nul = 1, long = 1, nothing = 1, fits = 1 }
  }
  expect_failures = [
    aws_ssm_parameter.secret["empty"], aws_ssm_parameter.secret["braces"], aws_ssm_parameter.secret["nul"],
    aws_ssm_parameter.secret["long"], aws_ssm_parameter.secret["nothing"],
  ]
}

run "an_advanced_parameter_holds_more" {
  command = plan
  variables {
    secrets  = { long = format("%08192d", 0) }
    versions = { long = 1 }
    tier     = "Advanced"
  }
}

run "a_version_without_a_secret" {
  command = plan
  variables {
    versions = { a = 1 }
  }
  expect_failures = [aws_ssm_parameter.secret["a"]]
}

run "a_secret_without_a_version" {
  command = plan
  variables {
    secrets = { a = "x" }
  }
  expect_failures = [var.secrets]
}

run "a_name_that_is_too_long" {
  command = plan
  variables {
    secrets  = { (replace(format("%0950d", 0), "0", "x")) = "x" }
    versions = { (replace(format("%0950d", 0), "0", "x")) = 1 }
    create   = true
  }
  expect_failures = [aws_ssm_parameter.secret["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]]
}

run "names_and_numbers_that_are_none" {
  command = plan
  variables {
    secrets  = { "a-b" = "x" }
    versions = { "a-b" = 1.5 }
  }
  expect_failures = [var.versions]
}

run "two_names_in_one" {
  command = plan
  variables {
    secrets  = { a = "x", A = "y" }
    versions = { a = 1, A = 1 }
  }
  expect_failures = [var.versions]
}

run "a_prefix_of_aws" {
  command = plan
  variables {
    prefix = "/aws/x"
  }
  expect_failures = [var.prefix]
}

run "a_tier_that_is_none" {
  command = plan
  variables {
    tier = "Gold"
  }
  expect_failures = [var.tier]
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
    tags = { "aws:x" = "x", "bad<>" = "x", ok = "a,b" }
  }
  expect_failures = [var.tags]
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

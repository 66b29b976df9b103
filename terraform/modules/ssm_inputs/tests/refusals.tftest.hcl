# What is refused at plan, a run for each refusal. The messages are shown by tests/integration/test_terraform_inputs.py.
mock_provider "aws" {}

variables {
  path = "/prod/web"
}

run "string_not_allowed" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MODE"], types = ["String"], values = ["lots"] }
  }
  variables {
    strings = { mode = { allowed = ["on", "off"] } }
  }
  expect_failures = [output.values, output.secrets]
}

run "string_not_matching" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MODE"], types = ["String"], values = ["lots"] }
  }
  variables {
    strings = { mode = { pattern = "^ami-" } }
  }
  expect_failures = [output.values, output.secrets]
}

run "not_a_number" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MEMORY"], types = ["String"], values = ["lots"] }
  }
  variables {
    numbers = { memory = { default = 512 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "below_the_minimum" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MEMORY"], types = ["String"], values = ["64"] }
  }
  variables {
    numbers = { memory = { min = 128 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "above_the_maximum" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MEMORY"], types = ["String"], values = ["99999"] }
  }
  variables {
    numbers = { memory = { max = 10240 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "not_a_multiple" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MEMORY"], types = ["String"], values = ["1.5"] }
  }
  variables {
    numbers = { memory = { step = 1 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "number_not_allowed" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MEMORY"], types = ["String"], values = ["600"] }
  }
  variables {
    numbers = { memory = { allowed = [512, 1024] } }
  }
  expect_failures = [output.values, output.secrets]
}

run "not_a_boolean" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_DEBUG"], types = ["String"], values = ["maybe"] }
  }
  variables {
    booleans = { debug = {} }
  }
  expect_failures = [output.values, output.secrets]
}

run "not_a_list" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_ZONES"], types = ["String"], values = ["a,b"] }
  }
  variables {
    lists = { zones = {} }
  }
  expect_failures = [output.values, output.secrets]
}

run "too_few_elements" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_ZONES"], types = ["String"], values = ["[\"a\"]"] }
  }
  variables {
    lists = { zones = { min_items = 2 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "too_many_elements" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_ZONES"], types = ["String"], values = ["[\"a\",\"b\"]"] }
  }
  variables {
    lists = { zones = { max_items = 1 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "element_not_allowed" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_ZONES"], types = ["String"], values = ["[\"b\"]"] }
  }
  variables {
    lists = { zones = { allowed = ["a"] } }
  }
  expect_failures = [output.values, output.secrets]
}

run "not_an_object" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_LIMITS"], types = ["String"], values = ["[1]"] }
  }
  variables {
    objects = { limits = {} }
  }
  expect_failures = [output.values, output.secrets]
}

run "key_that_is_missing" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_LIMITS"], types = ["String"], values = ["{\"ram\":1}"] }
  }
  variables {
    objects = { limits = { keys = ["cpu"] } }
  }
  expect_failures = [output.values, output.secrets]
}

run "nothing_published_and_no_default" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_OTHER"], types = ["String"], values = ["x"] }
  }
  variables {
    strings = { image = {} }
  }
  expect_failures = [output.values, output.secrets]
}

run "secret_that_is_not_published" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_OTHER"], types = ["String"], values = ["x"] }
  }
  variables {
    secrets = ["token"]
  }
  expect_failures = [output.values, output.secrets]
}

run "secret_that_is_a_string" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_TOKEN"], types = ["String"], values = ["x"] }
  }
  variables {
    secrets = ["token"]
  }
  expect_failures = [output.values, output.secrets]
}

run "asked_for_twice" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_MODE"], types = ["String"], values = ["1"] }
  }
  variables {
    strings = { MODE = {} }
    numbers = { mode = {} }
  }
  expect_failures = [output.values, output.secrets]
}

run "default_out_of_bounds" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_OTHER"], types = ["String"], values = ["x"] }
  }
  variables {
    numbers = { memory = { default = 64, min = 128 } }
  }
  expect_failures = [output.values, output.secrets]
}

run "string_that_is_a_secret" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = ["/prod/web/INPUT_TOKEN"], types = ["SecureString"], values = ["x"] }
  }
  variables {
    strings = { token = {} }
  }
  expect_failures = [output.values, output.secrets]
}

run "path_without_a_slash" {
  command = plan
  variables {
    path = "prod/web"
  }
  expect_failures = [var.path]
}

run "reserved_path" {
  command = plan
  variables {
    path = "/aws/web"
  }
  expect_failures = [var.path]
}

run "path_with_too_many_levels" {
  command = plan
  variables {
    path = "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"
  }
  expect_failures = [var.path]
}

run "name_of_a_string" {
  command = plan
  variables {
    strings = { "a-b" = {} }
  }
  expect_failures = [var.strings]
}

run "pattern_that_is_none" {
  command = plan
  variables {
    strings = { a = { pattern = "(" } }
  }
  expect_failures = [var.strings]
}

run "name_of_a_number" {
  command = plan
  variables {
    numbers = { "a-b" = {} }
  }
  expect_failures = [var.numbers]
}

run "step_of_zero" {
  command = plan
  variables {
    numbers = { a = { step = 0 } }
  }
  expect_failures = [var.numbers]
}

run "name_of_a_boolean" {
  command = plan
  variables {
    booleans = { "a-b" = {} }
  }
  expect_failures = [var.booleans]
}

run "name_of_a_list" {
  command = plan
  variables {
    lists = { "a-b" = {} }
  }
  expect_failures = [var.lists]
}

run "object_with_an_unknown_key" {
  command = plan
  variables {
    objects = { a = { defaults = {} } }
  }
  expect_failures = [var.objects]
}

run "name_of_a_secret" {
  command = plan
  variables {
    secrets = ["a-b"]
  }
  expect_failures = [var.secrets]
}

# What is read, with its type; and the defaults of what nobody has published yet.
mock_provider "aws" {}

variables {
  path     = "/prod/web/"
  strings  = { image = { default = "ami-0" } }
  numbers  = { memory = { default = 512, min = 128, max = 10240, step = 1 } }
  booleans = { debug = { default = false } }
  lists    = { zones = { default = [] } }
  objects  = { limits = { default = { cpu = 1 }, keys = ["cpu"] } }
}

run "defaults_until_something_is_published" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = { names = [], types = [], values = [] }
  }
  assert {
    condition     = jsonencode(output.values) == jsonencode({ debug = false, image = "ami-0", limits = { cpu = 1 }, memory = 512, zones = [] })
    error_message = "Every default, and nothing else."
  }
  assert {
    condition     = length(output.published) == 0
    error_message = "Nothing is published."
  }
}

run "published_values_have_their_types" {
  command = plan
  override_data {
    target = data.aws_ssm_parameters_by_path.inputs
    values = {
      names  = ["/prod/web/INPUT_DEBUG", "/prod/web/INPUT_IMAGE", "/prod/web/INPUT_LIMITS", "/prod/web/INPUT_MEMORY", "/prod/web/INPUT_TOKEN", "/prod/web/INPUT_ZONES"]
      types  = ["String", "String", "String", "String", "SecureString", "String"]
      values = ["true", "ami-1", "{\"cpu\":2,\"deep\":{\"a\":[1]}}", "1536", "hunter2", "[\"a\",2]"]
    }
  }
  variables {
    secrets = ["token"]
  }
  assert {
    condition     = jsonencode(output.values) == jsonencode({ debug = true, image = "ami-1", limits = { cpu = 2, deep = { a = [1] } }, memory = 1536, zones = ["a", "2"] })
    error_message = "Each of its type."
  }
  assert {
    condition     = nonsensitive(output.secrets.token) == "hunter2" && contains(output.published, "token")
    error_message = "The secret, apart from the others."
  }
}

# What is refused at plan. The messages are shown by tests/integration/test_terraform_refusals.py.
mock_provider "aws" {}

run "name_with_a_dash" {
  command = plan
  variables {
    strings = { "my-ip" = "10.0.0.1" }
  }
  expect_failures = [var.strings]
}

run "names_in_lists_and_objects" {
  command = plan
  variables {
    lists   = { "0" = ["x"] }
    objects = { "a b" = 1 }
  }
  expect_failures = [var.lists, var.objects]
}

run "secret_name" {
  command = plan
  variables {
    secrets = { "my-secret" = "x" }
  }
  expect_failures = [var.secrets]
}

run "list_that_is_null" {
  command = plan
  variables {
    lists = { my_ip = null }
  }
  expect_failures = [var.lists]
}

run "objects_that_are_a_list" {
  command = plan
  variables {
    objects = ["x"]
  }
  expect_failures = [var.objects]
}

run "reserved_prefix" {
  command = plan
  variables {
    prefix = "/AWS/OUTPUT_"
  }
  expect_failures = [var.prefix]
}

run "prefix_with_a_space" {
  command = plan
  variables {
    prefix = "OUT PUT"
  }
  expect_failures = [var.prefix]
}

run "prefix_without_the_first_slash" {
  command = plan
  variables {
    prefix = "prod/OUTPUT_"
  }
  expect_failures = [var.prefix]
}

run "tier" {
  command = plan
  variables {
    tier = "Premium"
  }
  expect_failures = [var.tier]
}

run "empty_value" {
  command = plan
  variables {
    strings = { vpc_id = "" }
    lists   = { my_ip = ["10.0.0.1", null] }
    secrets = { db_password = "" }
  }
  expect_failures = [
    aws_ssm_parameter.output["VPC_ID"], aws_ssm_parameter.output["MY_IP_1"], aws_ssm_parameter.secret["DB_PASSWORD"],
  ]
}

run "braces" {
  command = plan
  variables {
    strings = { motd = "{{ x }}" }
    secrets = { token = "{{ x }}" }
  }
  expect_failures = [aws_ssm_parameter.output["MOTD"], aws_ssm_parameter.secret["TOKEN"]]
}

run "too_long" {
  command = plan
  variables {
    strings = { text = join("", concat([for i in range(1024) : "éé"], ["x"])) }
    objects = { big = [for i in range(1000) : "0123456789"] }
    secrets = { key = join("", concat([for i in range(1024) : "1234"], ["5"])) }
  }
  expect_failures = [
    aws_ssm_parameter.output["TEXT"], aws_ssm_parameter.output["BIG"], aws_ssm_parameter.secret["KEY"],
  ]
}

run "collision" {
  command = plan
  variables {
    strings = { my_ip = "10.0.0.1", MY_IP = "10.0.0.2" }
  }
  expect_failures = [output.names]
}

run "collision_with_an_element" {
  command = plan
  variables {
    strings = { my_ip_0 = "10.0.0.1" }
    lists   = { my_ip = ["10.0.0.2"] }
  }
  expect_failures = [output.names]
}

run "collision_with_a_secret" {
  command = plan
  variables {
    objects = { token = {} }
    secrets = { token = "x" }
  }
  expect_failures = [output.names]
}

run "ambiguous" {
  command = plan
  variables {
    strings = { my_ip = "10.0.0.1", my_ip_0 = "10.0.0.2" }
  }
  expect_failures = [output.names]
}

run "an_element_too_many" {
  command = plan
  variables {
    strings = { my_ip_7 = "10.0.0.1" }
    lists   = { my_ip = ["10.0.0.2"] }
  }
  expect_failures = [output.names]
}

run "description_of_nothing" {
  command = plan
  variables {
    strings      = { vpc_id = "vpc-1" }
    descriptions = { VPC_ID = "The network" }
  }
  expect_failures = [output.names]
}

run "chunks_out_of_range" {
  command = plan
  variables {
    snapshot_chunks = 0
  }
  expect_failures = [var.snapshot_chunks]
}

run "half_a_chunk" {
  command = plan
  variables {
    snapshot_chunks = 2.5
  }
  expect_failures = [var.snapshot_chunks]
}

run "nothing_to_publish_in" {
  command = plan
  variables {
    strings    = { vpc_id = "vpc-1" }
    parameters = false
  }
  expect_failures = [output.names]
}

run "snapshot_that_does_not_fit" {
  command = plan
  variables {
    snapshot        = true
    snapshot_chunks = 1
    parameters      = false
    objects         = { noise = [for i in range(100) : sha256("${i}")] }
  }
  expect_failures = [aws_ssm_parameter.snapshot]
}

run "snapshot_that_readers_would_not_inflate" {
  command = plan
  variables {
    snapshot        = true
    snapshot_chunks = 50
    parameters      = false
    objects         = { zeros = [for i in range(1000) : format("%04500d", 0)] }
  }
  expect_failures = [aws_ssm_parameter.snapshot]
}

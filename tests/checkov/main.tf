# What checkov looks at: every module with all that it can create, and with what is off by default.
module "ec2_scheduler" {
  source       = "../../terraform/modules/ec2_scheduler"
  instance_tag = { key = "Bookable", values = ["true"] }
  api = {
    tracing              = true
    reserved_concurrency = 10
    access_log           = true
    log_retention_days   = 365
    log_kms_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
  alarm_actions = ["arn:aws:sns:eu-central-1:123456789012:alarms"]
}

module "ssm_inputs" {
  source  = "../../terraform/modules/ssm_inputs"
  path    = "/prod/web"
  numbers = { memory = { default = 512 } }
  secrets = ["token"]
}

module "ssm_outputs" {
  source          = "../../terraform/modules/ssm_outputs"
  strings         = { address = "10.0.0.1" }
  lists           = { ip = ["10.0.0.2"], none = [] }
  objects         = { web = { a = "10.0.0.3" } }
  secrets         = { password = "x" }
  options         = { address = { ignore_value_changes = true } }
  snapshot        = true
  snapshot_chunks = 1
}

module "ssm_secrets" {
  source   = "../../terraform/modules/ssm_secrets"
  secrets  = { token = "x" }
  versions = { token = 1 }
}

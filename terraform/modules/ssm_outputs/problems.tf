# What SSM would refuse at apply, by parameter; unknown as long as the value is. No message has a value in it, so none is
# sensitive.
locals {
  limits = { for name, tier in local.tiers : name => tier == "Standard" ? 4096 : 8192 }
  bytes = { for name, item in local.items : name =>
    try(length(base64encode(item.value)) / 4 * 3 - length(regexall("=", base64encode(item.value))), 0)
  }
  # With "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/", the longest of all regions, SSM takes 1,011.
  name_limit = 955

  found = { for name, item in local.items : name => (
    item.sensitive && !var.allow_sensitive ? "the value is sensitive and would be published in plain text. Put it in secrets, wrap it in nonsensitive(), or set allow_sensitive to true" :
    length(trimprefix("${var.prefix}${name}", "/")) > local.name_limit ? "the name has ${length("${var.prefix}${name}")} characters, and SSM takes ${local.name_limit}. Shorten it, or the prefix" :
    try(length(item.value), 0) == 0 ? "the value is empty or null, and SSM holds no empty value. Leave it out${item.secret ? "" : ", or publish it in objects"}" :
    can(regex("\\{\\{", item.value)) ? "the value has '{{' in it, which SSM refuses${item.secret ? "" : ". Publish it in objects, where it is escaped"}" :
    can(regex("\\x00", item.value)) ? "the value has a NUL character in it, which SSM refuses${item.secret ? "" : ". Publish it in objects, where it is escaped"}" :
    local.bytes[name] > local.limits[name] ? join("", [
      "the value has more than the ${local.limits[name]} bytes that a parameter of tier ${local.tiers[name]} holds. ",
      local.tiers[name] == "Standard" ? "Set tier to Advanced for 8192 bytes, or split the output" : "Split the output",
    ]) :
    # SSM's patterns are Java's: one that Terraform can't read is left to SSM.
    local.patterns[name] != null && can(regexall(coalesce(local.patterns[name], "."), "")) && !can(regex(coalesce(local.patterns[name], "."), item.value)) ? "the value doesn't match options.${item.output}.allowed_pattern" :
    local.data_types[name] == "aws:ec2:image" && item.secret ? "data_type aws:ec2:image is for Strings, and secrets are SecureStrings" :
    local.data_types[name] == "aws:ec2:image" && !can(regex("^ami-[0-9a-z]+$", item.value)) ? "the value is not the id of an image (ami-...), and options.${item.output}.data_type is aws:ec2:image" : ""
  ) }
  problems = { for name, problem in local.found : name => try(nonsensitive(problem), problem) }
}

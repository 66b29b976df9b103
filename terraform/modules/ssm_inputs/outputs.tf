output "values" {
  description = "The inputs by name, each of its type; secrets are not among them."
  value       = merge(local.strings, local.numbers, local.booleans, local.lists, local.objects)

  precondition {
    condition     = length(local.problems) == 0
    error_message = "Inputs that can't be used:\n${join("\n", local.problems)}"
  }
}

output "secrets" {
  description = "The secrets by name."
  value       = local.secrets
  sensitive   = true

  precondition {
    condition     = length(local.problems) == 0
    error_message = "Inputs that can't be used:\n${join("\n", local.problems)}"
  }
}

output "published" {
  description = "The names of the inputs that are published; the defaults are used for the others."
  value       = sort(concat(keys(local.texts), [for name in var.secrets : name if lookup(local.secure, "${local.prefix}${upper(name)}", false)]))
}

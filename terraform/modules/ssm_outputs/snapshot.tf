# All outputs in a few parameters, so that a reader needs one call. The format is described in README.md.
locals {
  # In groups first: two names that are one in upper case are refused with a message (names.tf), not by a "for".
  snapshot_strings = { for name, value in local.strings : upper(name) => value... }
  snapshot_lists   = { for name, elements in local.lists : upper(name) => elements... }
  snapshot_objects = { for name in keys(local.objects) : upper(name) => local.objects[name]... }

  snapshot_json = jsonencode({
    version = 1
    strings = { for name, values in local.snapshot_strings : name => values[0] }
    lists   = { for name, values in local.snapshot_lists : name => values[0] }
    objects = { for name, values in local.snapshot_objects : name => values[0] }
    secrets = local.secret_documents
  })
  secret_documents = sort(concat(local.secret_keys, [for name in var.other_secrets : upper(name)]))
  snapshot_size    = length(base64encode(local.snapshot_json)) / 4 * 3
  snapshot_bytes   = try(nonsensitive(local.snapshot_size), local.snapshot_size)
  snapshot_text    = base64gzip(local.snapshot_json)
  snapshot_digest  = substr(sha256(local.snapshot_json), 0, 12)
  # How many there are is no secret, even if somebody has put sensitive values into strings.
  snapshot_filled = ceil(length(local.snapshot_text) / local.snapshot_slice)
  snapshot_slices = try(nonsensitive(local.snapshot_filled), local.snapshot_filled)

  # With the header a Standard parameter holds it. The reader inflates no more than snapshot_limit.
  snapshot_slice = 4000
  snapshot_limit = 4194304

  # Where there are parameters, theirs say it.
  snapshot_sensitive = [for item in local.given : item.origin if item.sensitive && !var.allow_sensitive && !var.parameters]

  snapshot_problem = (
    length(local.snapshot_sensitive) > 0 ? "sensitive values would be published in plain text: ${join(", ", local.snapshot_sensitive)}. Put them in secrets, wrap them in nonsensitive(), or set allow_sensitive to true" :
    local.snapshot_bytes > local.snapshot_limit ? "the outputs are ${local.snapshot_bytes} bytes of JSON, and readers accept ${local.snapshot_limit}. Publish less, or in two modules with a prefix each" :
    local.snapshot_slices > 50 ? "the outputs take ${local.snapshot_slices} slices, and a snapshot has 50 at most. Publish less, or in two modules with a prefix each" :
    local.snapshot_slices > var.snapshot_chunks ? "the outputs take ${local.snapshot_slices} slices, and snapshot_chunks is ${var.snapshot_chunks}. Set snapshot_chunks to ${local.snapshot_slices} or more" : ""
  )
}

resource "aws_ssm_parameter" "snapshot" {
  count = var.create && var.snapshot ? var.snapshot_chunks : 0

  name        = "${var.prefix}SNAPSHOT.${count.index}"
  description = "Terraform outputs, slice ${count.index} of ${var.snapshot_chunks}, for tfbridge.aws"
  type        = "String"
  value       = "tfb1:${count.index}/${var.snapshot_chunks}:${local.snapshot_digest}:${substr(local.snapshot_text, count.index * local.snapshot_slice, local.snapshot_slice)}"
  tier        = "Standard" # a slice fits, whatever the outputs' own tier is
  overwrite   = var.overwrite ? true : null
  tags        = var.tags

  # Last of all, and so together: a reader finds slices of two applies for a second or two at most. And what it
  # is told of is there.
  depends_on = [aws_ssm_parameter.output, aws_ssm_parameter.secret, aws_ssm_parameter.initial]

  lifecycle {
    ignore_changes = [overwrite]

    # In every slice: none of them may be written without the others.
    precondition {
      condition     = local.snapshot_problem == ""
      error_message = "snapshot (${var.prefix}SNAPSHOT.${count.index}): ${local.snapshot_problem}."
    }
  }
}

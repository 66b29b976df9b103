variable "prefix" {
  type    = string
  default = "OUTPUT_"
}
variable "strings" {
  type    = map(string)
  default = {}
}
variable "tags" {
  type    = map(string)
  default = {}
}
resource "aws_ssm_parameter" "s" {
  for_each = var.strings
  name     = "${var.prefix}${each.key}"
  type     = "String"
  value    = each.value
}

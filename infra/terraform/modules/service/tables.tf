resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name                        = "${local.stage}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.partition
  range_key                   = each.value.sort
  deletion_protection_enabled = var.protect
  stream_enabled              = each.value.stream != null
  stream_view_type            = each.value.stream

  dynamic "attribute" {
    for_each = toset(concat(
      [each.value.partition, each.value.sort],
      flatten([for index in each.value.indexes : [index.partition, index.sort]]),
    ))

    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for index in each.value.indexes : index.name => index }

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.partition
      range_key       = global_secondary_index.value.sort
      projection_type = "ALL"
    }
  }

  ttl {
    attribute_name = each.value.ttl
    enabled        = true
  }

  # Wrapped keys lie in a table apart, that can be brought back for fewer days: then an erasure is final.
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = each.value.recovery_days
  }

  # encrypted with DynamoDB's own key: what is personal is sealed under its owner's key before it comes here
}

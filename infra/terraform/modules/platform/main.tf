# What all services of a stage share: keys, buckets, the topic, the mail identity. No service's own state.

data "aws_caller_identity" "here" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}

locals {
  account = data.aws_caller_identity.here.account_id
  region  = data.aws_region.here.name
  prefix  = "xpense-${var.stage}"
}

# Where the services and the front door read what they need of this: no state reads another's.
resource "aws_ssm_parameter" "platform" {
  name        = "/xpense/${var.stage}/platform"
  description = "What the platform of ${local.prefix} is, for its services and front door."
  type        = "String"
  value = jsonencode({
    buckets   = { for name, bucket in aws_s3_bucket.this : name => { name = bucket.bucket, arn = bucket.arn } }
    keys      = { for name, key in aws_kms_key.this : name => key.arn }
    topic     = aws_sns_topic.events.arn
    alarms    = aws_sns_topic.alarms.arn
    mail_from = var.mail_from
    mail      = [aws_sesv2_email_identity.mail.arn, aws_sesv2_configuration_set.mail.arn]
  })
}

# Queues that hear of arriving files stand here and not beside their service: a bucket has one notification,
# S3 checks its queues when it is written, and whoever wrote it anew would drop the others.

resource "aws_sqs_queue" "arrivals_dead" {
  for_each = var.arrivals

  name                      = "${local.prefix}-${each.value.dead_letters}"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "arrivals" {
  for_each = var.arrivals

  name                       = "${local.prefix}-${each.key}"
  visibility_timeout_seconds = each.value.visibility_timeout_s
  message_retention_seconds  = 4 * 24 * 3600
  sqs_managed_sse_enabled    = true

  policy = data.aws_iam_policy_document.arrivals[each.key].json

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.arrivals_dead[each.key].arn
    maxReceiveCount     = each.value.max_receives
  })
}

data "aws_iam_policy_document" "arrivals" {
  for_each = var.arrivals

  statement {
    sid       = "TheBucketTells"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:${data.aws_partition.here.partition}:sqs:${local.region}:${local.account}:${local.prefix}-${each.key}"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.this[each.value.bucket].arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["arn:${data.aws_partition.here.partition}:sqs:${local.region}:${local.account}:${local.prefix}-${each.key}"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_notification" "arrivals" {
  for_each = toset([for queue in var.arrivals : queue.bucket])

  bucket = aws_s3_bucket.this[each.key].id

  dynamic "queue" {
    for_each = { for name, queue in var.arrivals : name => queue if queue.bucket == each.key }

    content {
      id            = queue.key
      queue_arn     = aws_sqs_queue.arrivals[queue.key].arn
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = queue.value.prefix
    }
  }
}

resource "aws_sqs_queue" "dead" {
  for_each = local.own

  name                      = "${local.stage}-${each.value.dead_letters}"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.dead[each.key].json
}

data "aws_iam_policy_document" "dead" {
  for_each = local.own

  statement {
    sid       = "WhatTheTopicCouldNotDeliver"
    actions   = ["sqs:SendMessage"]
    resources = ["${local.arns.queue}${each.value.dead_letters}"]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [var.platform.topic]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["${local.arns.queue}${each.value.dead_letters}"]

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

# Other services' orders come by their roles' own rights, in the same account; only the topic needs to be let in.
data "aws_iam_policy_document" "queue" {
  for_each = local.own

  statement {
    sid       = "TheTopicTells"
    actions   = ["sqs:SendMessage"]
    resources = ["${local.arns.queue}${each.key}"]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [var.platform.topic]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["${local.arns.queue}${each.key}"]

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

resource "aws_sqs_queue" "this" {
  for_each = local.own

  name                       = "${local.stage}-${each.key}"
  visibility_timeout_seconds = each.value.visibility_timeout_s
  message_retention_seconds  = 4 * 24 * 3600
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.queue[each.key].json

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = each.value.max_receives
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = { for name, queue in local.own : name => queue if length(queue.hears) > 0 }

  topic_arn            = var.platform.topic
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this[each.key].arn
  raw_message_delivery = true
  filter_policy        = jsonencode({ type = each.value.hears })

  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn })
}

# Files' queues belong to the bucket's notification, so the platform has them.
data "aws_sqs_queue" "arriving" {
  for_each = local.arriving

  name = "${local.stage}-${each.key}"
}

resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.by_kind.queue

  event_source_arn                   = try(aws_sqs_queue.this[each.value.source.queue].arn, data.aws_sqs_queue.arriving[each.value.source.queue].arn)
  function_name                      = aws_lambda_alias.live[each.key].arn
  batch_size                         = each.value.source.batch_size
  maximum_batching_window_in_seconds = each.value.source.window_s
  function_response_types            = each.value.source.partial_failures ? ["ReportBatchItemFailures"] : []

  scaling_config {
    maximum_concurrency = coalesce(each.value.source.max_concurrency, var.workers_at_once)
  }
}

# ------------------------------------------------------------------- the outbox's stream and the schedules

# Starts of schedules and records of the stream that failed for good. What the stream lost the sweep finds.
resource "aws_sqs_queue" "unstarted" {
  name                      = "${local.prefix}-unstarted"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.unstarted.json
}

data "aws_iam_policy_document" "unstarted" {
  statement {
    sid       = "SchedulesThatNobodyHeard"
    actions   = ["sqs:SendMessage"]
    resources = ["${local.arns.queue}${local.service}-unstarted"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
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
    resources = ["${local.arns.queue}${local.service}-unstarted"]

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

resource "aws_lambda_event_source_mapping" "stream" {
  for_each = local.by_kind.stream

  event_source_arn                   = aws_dynamodb_table.this[each.value.source.table].stream_arn
  function_name                      = aws_lambda_alias.live[each.key].arn
  starting_position                  = each.value.source.position
  batch_size                         = each.value.source.batch_size
  maximum_batching_window_in_seconds = each.value.source.window_s
  maximum_retry_attempts             = 3
  maximum_record_age_in_seconds      = 3600
  bisect_batch_on_function_error     = true
  parallelization_factor             = 1

  filter_criteria {
    filter {
      pattern = jsonencode(each.value.source.filter)
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.unstarted.arn
    }
  }
}

resource "aws_cloudwatch_event_rule" "schedule" {
  for_each = local.by_kind.schedule

  name                = each.value.name
  description         = "Starts ${each.value.name}."
  schedule_expression = each.value.source.expression
}

resource "aws_cloudwatch_event_target" "schedule" {
  for_each = local.by_kind.schedule

  rule = aws_cloudwatch_event_rule.schedule[each.key].name
  arn  = aws_lambda_alias.live[each.key].arn

  dead_letter_config {
    arn = aws_sqs_queue.unstarted.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 5
  }
}

resource "aws_lambda_permission" "schedule" {
  for_each = local.by_kind.schedule

  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.schedule[each.key].arn
}

# Alarms and one page of charts. An alarm names a function or a queue, never a person.

locals {
  watched = { for name, function in local.functions : name => function if var.alarms }
  # the queues that failures end in, and those that work waits in
  dead    = concat([for queue in local.queues : queue.dead_letters], ["${local.service}-unstarted"])
  told    = [var.platform.alarms]
  minutes = 60
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.watched

  alarm_name          = "${each.value.name}-errors"
  alarm_description   = "${each.value.name} failed. docs/deploying.md says what to look at."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.name }
  statistic           = "Sum"
  period              = local.minutes
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  for_each = local.watched

  alarm_name          = "${each.value.name}-throttles"
  alarm_description   = "${each.value.name} was not started because too many run at once."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value.name }
  statistic           = "Sum"
  period              = 5 * local.minutes
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
}

resource "aws_cloudwatch_metric_alarm" "age" {
  for_each = { for name, queue in local.queues : name => queue if var.alarms }

  alarm_name          = "${local.stage}-${each.key}-age"
  alarm_description   = "A message in ${each.key} has waited longer than its worker has for it."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = "${local.stage}-${each.key}" }
  statistic           = "Maximum"
  period              = 5 * local.minutes
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.visibility_timeout_s
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  for_each = toset(var.alarms ? local.dead : [])

  alarm_name          = "${local.stage}-${each.key}-letters"
  alarm_description   = "Something lies in ${each.key} that could not be handled."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = "${local.stage}-${each.key}" }
  statistic           = "Maximum"
  period              = 5 * local.minutes
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
}

# An answer of 500, or a message that failed, is no error of its function: Lambda sees a function that ended well. So a
# new version that breaks a route shows here and nowhere else, and the rollout looks at it too.
resource "aws_cloudwatch_metric_alarm" "failed" {
  count = var.alarms && lookup(var.settings, "metrics", "service") != "off" ? 1 : 0

  alarm_name          = "${local.prefix}-failed"
  alarm_description   = "A request or a message of ${local.service} failed. docs/runbooks says what to look at."
  namespace           = local.stage
  metric_name         = "failed"
  dimensions          = { service = "xpense-${local.service}" } # as kernel/log.py names it
  statistic           = "Sum"
  period              = local.minutes
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
}

# What the service itself asks for, beside its handlers.
resource "aws_cloudwatch_metric_alarm" "own" {
  for_each = { for alarm in var.manifest.alarms : alarm.metric => alarm if var.alarms }

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = each.value.about
  namespace           = local.stage
  metric_name         = each.value.metric
  statistic           = "Maximum"
  period              = each.value.period_s
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = each.value.absent_is_bad ? "breaching" : "notBreaching"
  alarm_actions       = local.told
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = local.prefix
  dashboard_body = jsonencode({ widgets = [for index, chart in [
    { title = "Starts", stat = "Sum", metrics = [for function in local.functions : ["AWS/Lambda", "Invocations", "FunctionName", function.name]] },
    { title = "Failures", stat = "Sum", metrics = [for function in local.functions : ["AWS/Lambda", "Errors", "FunctionName", function.name]] },
    { title = "Milliseconds, 95 of 100", stat = "p95", metrics = [for function in local.functions : ["AWS/Lambda", "Duration", "FunctionName", function.name]] },
    { title = "Seconds that the oldest message waits", stat = "Maximum", metrics = [for name, queue in local.queues : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "${local.stage}-${name}"]] },
    { title = "Dead letters", stat = "Maximum", metrics = [for name in local.dead : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${local.stage}-${name}"]] },
    { title = "Write units", stat = "Sum", metrics = [for name, table in local.tables : ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "${local.stage}-${name}"]] },
    ] : {
    type   = "metric"
    x      = (index % 2) * 12
    y      = floor(index / 2) * 6
    width  = 12
    height = 6
    properties = {
      title   = chart.title
      stat    = chart.stat
      period  = 300
      region  = local.region
      view    = "timeSeries"
      metrics = chart.metrics
    }
  }] })
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${each.value.name}"
  retention_in_days = var.log_days
}

resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name    = each.value.name
  description      = "${local.service}: ${each.value.kind}"
  role             = aws_iam_role.this[each.value.role].arn
  handler          = each.value.handler
  runtime          = var.manifest.package.runtime
  architectures    = [var.manifest.package.architecture]
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = each.value.memory_mb
  timeout          = each.value.timeout_s
  publish          = true # each change is a version; the alias decides which of them works
  kms_key_arn      = var.platform.keys.settings

  ephemeral_storage {
    size = var.ephemeral_mb
  }

  environment {
    variables = merge(local.environment, each.value.environment)
  }

  tracing_config {
    mode = var.tracing
  }

  dynamic "snap_start" {
    for_each = var.snap_start ? [true] : []

    content {
      apply_on = "PublishedVersions"
    }
  }

  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.function]
}

# Everything that starts a function starts this alias. It begins at the first version; afterwards
# `tools/rollout.py` moves it, a tenth of the calls first, and back when an alarm rings.
resource "aws_lambda_alias" "live" {
  for_each = local.functions

  name             = "live"
  function_name    = aws_lambda_function.this[each.key].function_name
  function_version = aws_lambda_function.this[each.key].version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

# What is started without anybody waiting gets two more tries, and then lies among the dead letters.
resource "aws_lambda_function_event_invoke_config" "schedule" {
  for_each = local.by_kind.schedule

  function_name                = aws_lambda_function.this[each.key].function_name
  qualifier                    = aws_lambda_alias.live[each.key].name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.unstarted.arn
    }
  }
}

# One role per service and purpose. Which actions and on what says the manifest (tools/rights.py); here names become
# ARNs, and what Lambda itself needs to read a source is added.

locals {
  xray = var.tracing == "Active" ? [{
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"] # X-Ray knows no resources
  }] : []

  arns = {
    table  = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.stage}-"
    queue  = "arn:${local.partition}:sqs:${local.region}:${local.account}:${local.stage}-"
    topic  = "arn:${local.partition}:sns:${local.region}:${local.account}:${local.stage}-"
    bucket = "arn:${local.partition}:s3:::${local.stage}-"
  }

  # `kind/name` of the manifest, as ARNs
  resources = { for thing in distinct(flatten([for role in var.manifest.roles : [for statement in role : statement.on]])) : thing => (
    startswith(thing, "table/") ? ["${local.arns.table}${trimprefix(thing, "table/")}"] :
    startswith(thing, "queue/") ? ["${local.arns.queue}${trimprefix(thing, "queue/")}"] :
    startswith(thing, "topic/") ? ["${local.arns.topic}${trimprefix(thing, "topic/")}"] :
    startswith(thing, "bucket/") ? [var.platform.buckets[trimprefix(thing, "bucket/")].arn] :
    startswith(thing, "object/") ? ["${var.platform.buckets[split("/", thing)[1]].arn}/${join("/", slice(split("/", thing), 2, length(split("/", thing))))}"] :
    startswith(thing, "key/") ? [var.platform.keys[trimprefix(thing, "key/")]] :
    thing == "mail" ? tolist(var.platform.mail) :
    thing == "sockets" ? [for api in aws_apigatewayv2_api.sockets : "${api.execution_arn}/${local.socket_stage}/*/@connections/*"] :
    thing == "reader" ? ["*"] : # Textract knows no resources
    ["the manifest names ${thing}, which this module does not know"]
  ) }

  # by what IAM tells the parts of a thing: the partitions of a table, and whose data key the one key opens (kernel/keys.py)
  parts = {
    table = { test = "ForAllValues:StringLike", variable = "dynamodb:LeadingKeys" }
    key   = { test = "StringLike", variable = "kms:EncryptionContext:owner" }
  }

  sources = { for role in keys(var.manifest.roles) : role => concat(
    [for name, function in local.by_kind.queue : {
      actions   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      resources = ["${local.arns.queue}${function.source.queue}"]
    } if function.role == role],
    [for name, function in local.by_kind.stream : {
      actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      resources = ["${local.arns.table}${function.source.table}/stream/*"]
    } if function.role == role],
    # where failed starts and stream records go, Lambda sends as the function's role
    [for name, function in merge(local.by_kind.stream, local.by_kind.schedule) : {
      actions   = ["sqs:SendMessage"]
      resources = ["${local.arns.queue}${local.service}-unstarted"]
    } if function.role == role],
    [{
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = [for name, function in local.functions : "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${function.name}:*" if function.role == role]
    }],
    local.xray,
  ) }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "role" {
  for_each = var.manifest.roles

  dynamic "statement" {
    for_each = each.value

    content {
      actions   = statement.value.actions
      resources = flatten([for thing in statement.value.on : local.resources[thing]])

      dynamic "condition" {
        for_each = length(statement.value.for) > 0 ? [local.parts[split("/", statement.value.on[0])[0]]] : []

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = statement.value.for
        }
      }
    }
  }

  dynamic "statement" {
    for_each = toset([for source in local.sources[each.key] : jsonencode(source)])

    content {
      actions   = jsondecode(statement.value).actions
      resources = jsondecode(statement.value).resources
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = var.manifest.roles

  name                 = "${local.prefix}-${each.key}"
  description          = "What the ${each.key} functions of ${local.service} may do."
  assume_role_policy   = data.aws_iam_policy_document.lambda.json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "this" {
  for_each = var.manifest.roles

  name   = "rights"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.role[each.key].json
}

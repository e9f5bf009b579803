# One service as its manifest says. Every name in it belongs to this service alone, so that applying
# it touches nothing of another.

data "aws_caller_identity" "here" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}

locals {
  service   = var.manifest.service
  account   = data.aws_caller_identity.here.account_id
  region    = data.aws_region.here.name
  partition = data.aws_partition.here.partition
  stage     = "xpense-${var.stage}"
  prefix    = "${local.stage}-${local.service}"

  functions = { for name, function in var.manifest.functions : name => merge(function, {
    name = "${local.stage}-${replace(name, "_", "-")}"
  }) }
  by_kind = { for kind in ["api", "queue", "stream", "schedule", "websocket"] :
    kind => { for name, function in local.functions : name => function if function.kind == kind }
  }
  queues   = { for queue in var.manifest.queues : queue.name => queue }
  own      = { for name, queue in local.queues : name => queue if queue.from_bucket == null }
  arriving = { for name, queue in local.queues : name => queue if queue.from_bucket != null }
  tables   = { for table in var.manifest.tables : table.name => table }

  # What the stage decides. A setting that is given here and not read by the service stays out of its environment.
  given = {
    stage            = var.stage
    keys             = "kms:${var.platform.keys.owners}"
    topic_arn        = var.platform.topic
    sockets_endpoint = length(local.by_kind.websocket) > 0 ? "https://${aws_apigatewayv2_api.sockets[0].id}.execute-api.${local.region}.amazonaws.com/${local.socket_stage}" : ""
    queue_base       = "https://sqs.${local.region}.amazonaws.com/${local.account}/"
    uploads_bucket   = var.platform.buckets.uploads.name
    bulk_bucket      = var.platform.buckets.bulk.name
    files_bucket     = var.platform.buckets.files.name
    public_url       = var.public_url
    mail_from        = var.platform.mail_from
  }
  settings = merge(local.given, var.settings, var.secrets)
  environment = merge(var.manifest.environment, {
    for name in var.manifest.settings : "XPENSE_${upper(name)}" => local.settings[name] if lookup(local.settings, name, "") != ""
  })
}

# What the front door needs to know of this service.
resource "aws_ssm_parameter" "service" {
  name        = "/xpense/${var.stage}/services/${local.service}"
  description = "Where ${local.prefix} answers."
  type        = "String"
  value = jsonencode({
    api     = length(local.by_kind.api) > 0 ? replace(aws_apigatewayv2_api.http[0].api_endpoint, "https://", "") : null
    sockets = length(local.by_kind.websocket) > 0 ? replace(aws_apigatewayv2_api.sockets[0].api_endpoint, "wss://", "") : null
    paths   = sort(distinct([for route in var.manifest.routes : "/${join("/", slice(split("/", route.path), 1, startswith(route.path, "/v1/") ? 3 : 2))}/*"]))
  })
}

# The service's HTTP API, from the routes of the manifest, each with the function that has the rights for it. Behind it is
# the function's alias; functions/_edge/gateway.py makes of its event what Chalice expects. What no route matches comes to
# a function as well, so that 404, 405 and OPTIONS are answered as problem documents.

locals {
  http = length(local.by_kind.api) > 0 ? 1 : 0
  operations = { for name, function in local.by_kind.api : name => {
    responses = { default = { description = "What the function answers." } }
    "x-amazon-apigateway-integration" = {
      type                 = "AWS_PROXY"
      httpMethod           = "POST"
      uri                  = aws_lambda_alias.live[name].invoke_arn
      payloadFormatVersion = "1.0"
      timeoutInMillis      = function.timeout_s * 1000
      connectionType       = "INTERNET"
    }
  } }
  body = {
    openapi = "3.0.1"
    info    = { title = local.prefix, version = "1" }
    paths = merge(
      { for path in distinct([for route in var.manifest.routes : route.path]) : path => {
        for route in var.manifest.routes : (route.method == "ANY" ? "x-amazon-apigateway-any-method" : lower(route.method)) => local.operations[route.function] if route.path == path
      } },
      { for name in compact([var.manifest.fallback]) : "/$default" => { "x-amazon-apigateway-any-method" = merge(local.operations[name], { isDefaultRoute = true }) } },
    )
  }
}

resource "aws_apigatewayv2_api" "http" {
  count = local.http

  name          = local.prefix
  protocol_type = "HTTP"
  version       = "1"
  body          = jsonencode(local.body)
}

resource "aws_cloudwatch_log_group" "http" {
  count = local.http

  name              = "/aws/apigateway/${local.prefix}"
  retention_in_days = var.log_days
}

resource "aws_apigatewayv2_stage" "http" {
  count = local.http

  api_id      = aws_apigatewayv2_api.http[0].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.throttle.rate
    throttling_burst_limit   = var.throttle.burst
    detailed_metrics_enabled = false # priced per route
  }

  # No address, no path, no user agent: the route says what was called, the request id finds the rest.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.http[0].arn
    format = jsonencode({
      at        = "$context.requestTime"
      request   = "$context.requestId"
      route     = "$context.routeKey"
      status    = "$context.status"
      bytes     = "$context.responseLength"
      ms        = "$context.responseLatency"
      lambda_ms = "$context.integrationLatency"
      error     = "$context.error.responseType"
      lambda    = "$context.integrationErrorMessage"
    })
  }
}

resource "aws_lambda_permission" "http" {
  for_each = local.by_kind.api

  statement_id  = "http-api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http[0].execution_arn}/*/*"
}

# ------------------------------------------------------------------------------------------ WebSocket API

locals {
  socket_stage = "ws" # so that its path behind the front door is /ws, as on a laptop
  sockets      = length(local.by_kind.websocket) > 0 ? 1 : 0
}

resource "aws_apigatewayv2_api" "sockets" {
  count = local.sockets

  name                       = "${local.prefix}-sockets"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

resource "aws_apigatewayv2_integration" "sockets" {
  for_each = local.by_kind.websocket

  api_id             = aws_apigatewayv2_api.sockets[0].id
  integration_type   = "AWS_PROXY"
  integration_uri    = aws_lambda_alias.live[each.key].invoke_arn
  integration_method = "POST"
}

resource "aws_apigatewayv2_route" "sockets" {
  for_each = local.by_kind.websocket

  api_id    = aws_apigatewayv2_api.sockets[0].id
  route_key = each.value.source.route
  target    = "integrations/${aws_apigatewayv2_integration.sockets[each.key].id}"
}

resource "aws_apigatewayv2_stage" "sockets" {
  count = local.sockets

  api_id      = aws_apigatewayv2_api.sockets[0].id
  name        = local.socket_stage
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }
}

resource "aws_lambda_permission" "sockets" {
  for_each = local.by_kind.websocket

  statement_id  = "sockets"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.sockets[0].execution_arn}/*/${each.value.source.route}"
}

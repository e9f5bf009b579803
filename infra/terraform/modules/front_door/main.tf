# One host name for everything: `/v1/<service>/*` to that service's API, `/ws` to the WebSocket API, all else is the web
# app. The browser's `__Host-` cookies need app and API on one host.

data "aws_caller_identity" "here" {}

locals {
  prefix = "xpense-${var.stage}"
  url    = var.domain == null ? "https://${aws_cloudfront_distribution.this.domain_name}" : "https://${var.domain.name}"

  # policies that CloudFront itself keeps
  no_cache         = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # CachingDisabled
  cache            = "658327ea-f89d-4fab-a63d-7e88639e58f6" # CachingOptimized
  all_but_the_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac" # AllViewerExceptHostHeader: the gateway knows its own host only

  paths   = { for pair in flatten([for name, service in var.services : [for path in service.paths : { path = path, service = name }]]) : pair.path => pair.service }
  sockets = [for name, service in var.services : service.sockets if service.sockets != null]
}

resource "aws_cloudfront_distribution" "this" {
  comment             = local.prefix
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = var.price_class
  default_root_object = "index.html"
  aliases             = var.domain == null ? [] : [var.domain.name]
  web_acl_id          = one(aws_wafv2_web_acl.this[*].arn)
  wait_for_deployment = false

  origin {
    origin_id                = "web"
    domain_name              = aws_s3_bucket.web.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.web.id
  }

  dynamic "origin" {
    for_each = { for name, service in var.services : name => service.api if service.api != null }

    content {
      origin_id   = origin.key
      domain_name = origin.value

      custom_header {
        name  = "x-front-door"
        value = var.secret
      }

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
        origin_read_timeout    = 30
      }
    }
  }

  dynamic "origin" {
    for_each = local.sockets

    content {
      origin_id   = "sockets"
      domain_name = origin.value

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.paths

    content {
      path_pattern               = ordered_cache_behavior.key
      target_origin_id           = ordered_cache_behavior.value
      viewer_protocol_policy     = "https-only" # a token that went out in clear text is not sent on
      allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = local.no_cache
      origin_request_policy_id   = local.all_but_the_host
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this["api"].id
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.sockets

    content {
      path_pattern             = "/ws"
      target_origin_id         = "sockets"
      viewer_protocol_policy   = "https-only"
      allowed_methods          = ["GET", "HEAD"]
      cached_methods           = ["GET", "HEAD"]
      cache_policy_id          = local.no_cache
      origin_request_policy_id = local.all_but_the_host
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/docs"
    target_origin_id           = "web"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["docs"].id
  }

  default_cache_behavior {
    target_origin_id           = "web"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["web"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.pages.arn
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = one(aws_acm_certificate_validation.this[*].certificate_arn)
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
    ssl_support_method             = var.domain == null ? null : "sni-only"
  }
}

# A page of the app is an address without a dot in its last part; the app itself finds out which one.
resource "aws_cloudfront_function" "pages" {
  name    = "${local.prefix}-pages"
  comment = "Gives the web app for each of its pages."
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = <<-JS
    function handler(event) {
      var request = event.request;
      if (!request.uri.split('/').pop().includes('.')) request.uri = '/index.html';
      return request;
    }
  JS
}

locals {
  policies = {
    api  = "default-src 'none'; frame-ancestors 'none'"
    docs = var.docs_policy
    web  = "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ${var.uploads_origin}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = local.policies

  name    = "${local.prefix}-${each.key}"
  comment = "Security headers: ${each.key}"

  security_headers_config {
    content_security_policy {
      content_security_policy = each.value
      override                = false # an answer that names its own keeps it
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = false
    }

    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      preload                    = false
      override                   = true
    }
  }
}

resource "aws_ssm_parameter" "url" {
  name        = "/xpense/${var.stage}/front_door/url"
  description = "The URL of ${local.prefix}; its services name it as issuer of tokens."
  type        = "String"
  value       = local.url
}

# The front door of one stage. State: <bucket>/<stage>/front_door.tfstate (docs/deploying.md). It reads from SSM which
# services there are; a new one is behind it after its own deploy and then this one's.

terraform {
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "xpense", stage = var.stage, part = "front_door" }
  }
}

# certificates and firewalls of CloudFront are in this region, wherever the rest is
provider "aws" {
  alias  = "global"
  region = "us-east-1"

  default_tags {
    tags = { project = "xpense", stage = var.stage, part = "front_door" }
  }
}

data "aws_ssm_parameter" "platform" {
  name            = "/xpense/${var.stage}/platform"
  with_decryption = false
}

data "aws_ssm_parameters_by_path" "services" {
  path = "/xpense/${var.stage}/services"
}

data "aws_ssm_parameter" "secret" {
  name = "/xpense/${var.stage}/settings/front_door_secret"
}

locals {
  platform = jsondecode(nonsensitive(data.aws_ssm_parameter.platform.value))
  services = { for name, value in zipmap(
    [for name in data.aws_ssm_parameters_by_path.services.names : basename(name)],
    nonsensitive(data.aws_ssm_parameters_by_path.services.values),
  ) : name => jsondecode(value) }
}

module "front_door" {
  source = "../../modules/front_door"

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  stage          = var.stage
  protect        = var.protect
  services       = local.services
  secret         = split(",", data.aws_ssm_parameter.secret.value)[0]
  uploads_origin = "https://${local.platform.buckets.uploads.name}.s3.${var.region}.amazonaws.com"
  docs_policy    = var.docs_policy
  domain         = var.domain
  waf            = var.waf
  waf_rate       = var.waf_rate
}

output "url" {
  value = module.front_door.url
}

output "distribution" {
  value = module.front_door.distribution
}

output "web_bucket" {
  value = module.front_door.web_bucket
}

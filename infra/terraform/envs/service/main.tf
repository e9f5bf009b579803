# One service of one stage. State: <bucket>/<stage>/services/<service>.tfstate (docs/deploying.md), so that applying one
# service can touch nothing of another. The platform says through SSM what it is.

terraform {
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "xpense", stage = var.stage, part = var.service }
  }
}

data "aws_ssm_parameter" "platform" {
  name            = "/xpense/${var.stage}/platform"
  with_decryption = false
}

# The root secret, sealed by KMS, and what providers gave us: keys and OIDC clients. Names are settings in lower case.
data "aws_ssm_parameters_by_path" "secrets" {
  path            = "/xpense/${var.stage}/settings"
  with_decryption = true
}

data "aws_ssm_parameters_by_path" "front_door" {
  path = "/xpense/${var.stage}/front_door"
}

locals {
  secrets = zipmap(
    [for name in data.aws_ssm_parameters_by_path.secrets.names : basename(name)],
    data.aws_ssm_parameters_by_path.secrets.values,
  )
  front_door = zipmap(
    [for name in data.aws_ssm_parameters_by_path.front_door.names : basename(name)],
    data.aws_ssm_parameters_by_path.front_door.values,
  )
  # before there is a front door nobody can call: its first apply is followed by one more of the services
  public_url = coalesce(var.public_url, nonsensitive(lookup(local.front_door, "url", "")), "https://not-there-yet.invalid")
}

module "service" {
  source = "../../modules/service"

  stage           = var.stage
  manifest        = jsondecode(file("${var.manifests}/${var.service}.json"))
  package         = "${var.packages}/${var.service}.zip"
  platform        = jsondecode(nonsensitive(data.aws_ssm_parameter.platform.value))
  protect         = var.protect
  public_url      = local.public_url
  secrets         = local.secrets
  settings        = var.settings
  log_days        = var.log_days
  tracing         = var.tracing
  snap_start      = var.snap_start
  throttle        = var.throttle
  workers_at_once = var.workers_at_once
  dashboard       = var.dashboard
  alarms          = var.alarms
}

output "functions" {
  value = module.service.functions
}

output "api" {
  value = module.service.api
}

output "public_url_given" {
  description = "Whether the stage's file names the front door's URL; else it is known once there is a front door."
  value       = var.public_url != ""
}

# The platform of one stage. State: <bucket>/<stage>/platform.tfstate (docs/deploying.md).

terraform {
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "xpense", stage = var.stage, part = "platform" }
  }
}

locals {
  manifests = [for file in fileset(var.manifests, "*.json") : jsondecode(file("${var.manifests}/${file}"))]
  arrivals = merge([
    for manifest in local.manifests : {
      for queue in manifest.queues : queue.name => {
        bucket               = queue.from_bucket.bucket
        prefix               = queue.from_bucket.prefix
        dead_letters         = queue.dead_letters
        max_receives         = queue.max_receives
        visibility_timeout_s = queue.visibility_timeout_s
      } if queue.from_bucket != null
    }
  ]...)
}

module "platform" {
  source = "../../modules/platform"

  stage             = var.stage
  protect           = var.protect
  arrivals          = local.arrivals
  mail_from         = var.mail_from
  mail_dkim_records = var.mail_dkim_records
  web_origins       = var.web_origins
  alarm_emails      = var.alarm_emails
  backup_lock_days  = var.backup_lock_days
  backup_lock_mode  = var.backup_lock_mode
}

output "buckets" {
  value = module.platform.buckets
}

output "owners_key" {
  value = module.platform.owners_key
}

output "mail_dns" {
  value = module.platform.mail_dns
}

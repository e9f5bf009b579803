variable "stage" {
  description = "The stage: a short word that stands in every name, `xpense-<stage>-...`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.stage)) && !contains(["local", "manifest"], var.stage)
    error_message = "A stage is 2 to 12 lower-case letters and digits, and neither `local` nor `manifest`."
  }
}

variable "protect" {
  description = "Whether data is protected: buckets that hold something can't be destroyed, keys wait 30 days."
  type        = bool

  validation {
    condition     = var.protect || var.stage != "prod"
    error_message = "prod keeps its deletion protection: set protect = true."
  }
}

variable "arrivals" {
  description = "Queues that hear of files arriving in a bucket, by their name without stage (see queues[].from_bucket of the manifests)."
  type = map(object({
    bucket               = string
    prefix               = string
    dead_letters         = string
    max_receives         = number
    visibility_timeout_s = number
  }))
}

variable "mail_from" {
  description = "Whom letters are from, such as `xPense <no-reply@example.org>`. SES sends for its domain once that is verified."
  type        = string
}

variable "mail_dkim_records" {
  description = "Whether the identity is the address's domain (DKIM by DNS records, for prod) or the address alone (a mail to confirm, for trying out)."
  type        = bool
  default     = true
}

variable "web_origins" {
  description = "Origins whose pages may send files to the uploads bucket and read exports."
  type        = list(string)
  default     = ["https://*.cloudfront.net"]
}

variable "alarm_emails" {
  description = "Who is told of alarms. Each address gets a mail to confirm first."
  type        = list(string)
  default     = []
}

variable "backup_lock_days" {
  description = "For how many days a backup can't be deleted or changed, not even by an administrator in COMPLIANCE mode."
  type        = number
  default     = 30
}

variable "backup_lock_mode" {
  description = "GOVERNANCE (special rights can end it) or COMPLIANCE (nobody can)."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.backup_lock_mode)
    error_message = "S3 knows GOVERNANCE and COMPLIANCE."
  }
}

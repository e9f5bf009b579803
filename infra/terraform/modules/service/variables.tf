variable "stage" {
  description = "The stage: a short word that stands in every name, `xpense-<stage>-...`."
  type        = string
}

variable "manifest" {
  description = "The service's manifest (docs/manifest.md), decoded."
  type        = any

  validation {
    condition     = var.manifest.manifest == 3
    error_message = "This module knows manifests of format 3: run `make manifest` of the same commit."
  }
}

variable "package" {
  description = "The service's zip, as `make package` writes it."
  type        = string
}

variable "platform" {
  description = "What the platform's parameter `/xpense/<stage>/platform` says, decoded."
  type        = any
}

variable "protect" {
  description = "Whether tables refuse to be deleted."
  type        = bool

  validation {
    condition     = var.protect || var.stage != "prod"
    error_message = "prod keeps its deletion protection: set protect = true."
  }
}

variable "public_url" {
  description = "The front door's URL, without a slash at its end. It is the issuer of tokens: changing it signs everybody out."
  type        = string
}

variable "secrets" {
  description = "Secrets by name in lower case; those that the service reads become XPENSE_<NAME>."
  type        = map(string)
  sensitive   = true
  default     = {}
}

variable "settings" {
  description = "Settings by name in lower case, such as rates_sources; those that the service reads become XPENSE_<NAME>."
  type        = map(string)
  default     = {}
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 30
}

variable "tracing" {
  description = "Active: X-Ray samples requests. PassThrough: it doesn't."
  type        = string
  default     = "PassThrough"
}

variable "snap_start" {
  description = "Start from a snapshot: a faster first answer, for a price per version. Python 3.12 or later only."
  type        = bool
  default     = false

  validation {
    condition     = !var.snap_start || !contains(["python3.10", "python3.11"], var.manifest.package.runtime)
    error_message = "SnapStart knows Python 3.12 and later."
  }
}

variable "throttle" {
  description = "Requests a second that the service's API lets through, and how many at once."
  type        = object({ rate = number, burst = number })
  default     = { rate = 50, burst = 100 }
}

variable "workers_at_once" {
  description = "How many batches of one queue are worked on at once, where the manifest names no number (2 to 1,000)."
  type        = number
  default     = 10
}

variable "ephemeral_mb" {
  description = "Megabytes of /tmp of each function; 512 cost nothing."
  type        = number
  default     = 512
}

variable "dashboard" {
  description = "Whether the service has a CloudWatch dashboard (3 USD a month beyond an account's first three)."
  type        = bool
  default     = true
}

variable "alarms" {
  description = "Whether the service has alarms (0.10 USD a month each). Without them a rollout can't roll itself back."
  type        = bool
  default     = true
}

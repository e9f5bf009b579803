variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "stage" {
  type = string
}

variable "protect" {
  type = bool
}

variable "manifests" {
  description = "The folder of the services' manifests, as `make manifest` writes it."
  type        = string
  default     = "../../../../build/manifest"
}

variable "mail_from" {
  type = string
}

variable "mail_dkim_records" {
  type    = bool
  default = true
}

variable "web_origins" {
  type    = list(string)
  default = ["https://*.cloudfront.net"]
}

variable "alarm_emails" {
  type    = list(string)
  default = []
}

variable "backup_lock_days" {
  type    = number
  default = 30
}

variable "backup_lock_mode" {
  type    = string
  default = "GOVERNANCE"
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "stage" {
  type = string
}

variable "service" {
  description = "Which one, by its name in `app.py`."
  type        = string
}

variable "manifests" {
  type    = string
  default = "../../../../build/manifest"
}

variable "packages" {
  type    = string
  default = "../../../../dist"
}

variable "protect" {
  type = bool
}

variable "public_url" {
  description = "Only to override what the front door says."
  type        = string
  default     = ""
}

variable "settings" {
  type    = map(string)
  default = {}
}

variable "log_days" {
  type    = number
  default = 30
}

variable "tracing" {
  type    = string
  default = "PassThrough"
}

variable "snap_start" {
  type    = bool
  default = false
}

variable "throttle" {
  type    = object({ rate = number, burst = number })
  default = { rate = 50, burst = 100 }
}

variable "workers_at_once" {
  type    = number
  default = 10
}

variable "dashboard" {
  type    = bool
  default = true
}

variable "alarms" {
  type    = bool
  default = true
}

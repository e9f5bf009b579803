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

variable "docs_policy" {
  description = "What tools/site.py prints: the page's policy follows from its script."
  type        = string
}

variable "domain" {
  type    = object({ name = string, zone_id = string })
  default = null
}

variable "waf" {
  type    = bool
  default = false
}

variable "waf_rate" {
  type    = number
  default = 3000
}

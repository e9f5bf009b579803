variable "stage" {
  description = "The stage: a short word that stands in every name, `xpense-<stage>-...`."
  type        = string
}

variable "protect" {
  description = "Whether the web app's bucket can't be destroyed while it holds something."
  type        = bool

  validation {
    condition     = var.protect || var.stage != "prod"
    error_message = "prod keeps its deletion protection: set protect = true."
  }
}

variable "services" {
  description = "Where each service answers: what its parameter `/xpense/<stage>/services/<service>` says, decoded."
  type = map(object({
    api     = string
    sockets = string
    paths   = list(string)
  }))
}

variable "secret" {
  description = "What the front door shows to the services' APIs, which answer nobody else."
  type        = string
  sensitive   = true
}

variable "uploads_origin" {
  description = "The host that the app sends files to, such as https://<bucket>.s3.<region>.amazonaws.com."
  type        = string
}

variable "docs_policy" {
  description = "The content security policy of the page `/docs`, which names its own script by hash."
  type        = string
}

variable "domain" {
  description = "A domain of one's own, and its Route 53 zone for the certificate's proof and the address; null: CloudFront's."
  type        = object({ name = string, zone_id = string })
  default     = null
}

variable "waf" {
  description = "Whether AWS WAF stands before everything (about 8 USD a month and 0.60 USD a million requests)."
  type        = bool
  default     = false
}

variable "waf_rate" {
  description = "Requests of one address in five minutes that WAF lets through."
  type        = number
  default     = 3000
}

variable "price_class" {
  description = "Which of CloudFront's places answer."
  type        = string
  default     = "PriceClass_100"
}

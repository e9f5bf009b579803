stage           = "prod"
protect         = true
log_days        = 90
tracing         = "Active"
workers_at_once = 20
throttle        = { rate = 500, burst = 1000 }
settings = {
  log_level = "INFO"
  breaches  = "https://api.pwnedpasswords.com"
}

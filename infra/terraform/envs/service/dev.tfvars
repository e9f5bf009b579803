stage           = "dev"
protect         = false
log_days        = 7
dashboard       = false # 3 USD a month each
workers_at_once = 5
settings = {
  log_level     = "INFO"
  rates_sources = "ecb"
}

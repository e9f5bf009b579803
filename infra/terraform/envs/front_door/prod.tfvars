stage   = "prod"
protect = true
waf     = true
# a domain of one's own, with its Route 53 zone:
# domain = { name = "xpense.example.org", zone_id = "Z0123456789ABCDEFGHIJ" }

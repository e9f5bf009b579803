stage            = "prod"
protect          = true
mail_from        = "xPense <no-reply@example.org>"
web_origins      = ["https://xpense.example.org"]
alarm_emails     = ["operations@example.org"]
backup_lock_days = 30
backup_lock_mode = "COMPLIANCE"

stage             = "dev"
protect           = false
mail_from         = "xPense <no-reply@example.org>"
mail_dkim_records = false
backup_lock_days  = 1

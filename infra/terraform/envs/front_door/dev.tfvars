stage   = "dev"
protect = false

"""The third parties of analytics: S3."""

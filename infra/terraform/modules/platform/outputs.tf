output "buckets" {
  description = "The buckets' names by what they hold."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.bucket }
}

output "owners_key" {
  description = "The KMS key that wraps owners' data keys; the stage's root secret is sealed under it once (make deploy does)."
  value       = aws_kms_key.this["owners"].arn
}

output "mail_dns" {
  description = "CNAME records that prove the mail domain: <token>._domainkey.<domain> to <token>.dkim.amazonses.com."
  value       = try(aws_sesv2_email_identity.mail.dkim_signing_attributes[0].tokens, [])
}

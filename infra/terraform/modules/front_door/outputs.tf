output "url" {
  description = "Where the product is."
  value       = local.url
}

output "distribution" {
  description = "The distribution's id, to drop what it has cached of the web app."
  value       = aws_cloudfront_distribution.this.id
}

output "web_bucket" {
  description = "The bucket of the static files."
  value       = aws_s3_bucket.web.bucket
}

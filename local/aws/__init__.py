"""The wire: SQS, SNS, SES v2 and S3 as boto3 speaks them, in front of local.cloud."""

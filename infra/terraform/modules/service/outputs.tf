output "functions" {
  description = "The functions' names, with the version that was published last and their alarms, for the rollout."
  value = { for name, function in local.functions : name => {
    function = function.name
    version  = aws_lambda_function.this[name].version
    alarms = concat(
      var.alarms ? [aws_cloudwatch_metric_alarm.errors[name].alarm_name, aws_cloudwatch_metric_alarm.throttles[name].alarm_name] : [],
      aws_cloudwatch_metric_alarm.failed[*].alarm_name,
    )
  } }
}

output "api" {
  description = "The API's own address, behind the front door."
  value       = one(aws_apigatewayv2_api.http[*].api_endpoint)
}

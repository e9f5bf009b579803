locals {
  mail_address = regex("<?([^<>@ ]+@[^<>@ ]+)>?\\s*$", var.mail_from)[0]
  mail_domain  = split("@", local.mail_address)[1]
}

resource "aws_sesv2_configuration_set" "mail" {
  configuration_set_name = local.prefix

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  sending_options {
    sending_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_email_identity" "mail" {
  email_identity         = var.mail_dkim_records ? local.mail_domain : local.mail_address
  configuration_set_name = aws_sesv2_configuration_set.mail.configuration_set_name
}

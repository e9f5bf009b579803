# owners: wraps the data keys of people and households, with the owner bound in as encryption context.
# files: encrypts what lies in the buckets. settings: secrets in SSM and the functions' environments.

locals {
  keys = {
    owners   = "wraps the data keys of owners"
    files    = "encrypts uploads, papers, exports and backups"
    settings = "encrypts secrets and the environments of functions"
  }
}

resource "aws_kms_key" "this" {
  for_each = local.keys

  description             = "${local.prefix}: ${each.value}"
  enable_key_rotation     = true
  deletion_window_in_days = var.protect ? 30 : 7
  policy                  = each.key == "owners" ? data.aws_iam_policy_document.owners_key.json : data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  for_each = local.keys

  name          = "alias/${local.prefix}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}

data "aws_iam_policy_document" "key" {
  # The account's own IAM policies decide; without this statement nobody could administer the key.
  statement {
    sid       = "TheAccountDecides"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's policy this means the key itself

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.here.partition}:iam::${local.account}:root"]
    }
  }
}

data "aws_iam_policy_document" "owners_key" {
  source_policy_documents = [data.aws_iam_policy_document.key.json]

  # An administrator who may do everything still opens nobody's data: only the functions' roles may.
  statement {
    sid       = "OnlyFunctionsOpenAnything"
    effect    = "Deny"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "ArnNotLike"
      variable = "aws:PrincipalArn"
      values   = ["arn:${data.aws_partition.here.partition}:iam::${local.account}:role/${local.prefix}-*"]
    }
  }

  # Keys are wrapped for somebody: without an owner as context nothing is opened or sealed.
  statement {
    sid       = "NothingWithoutAnOwner"
    effect    = "Deny"
    actions   = ["kms:Decrypt", "kms:Encrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "kms:EncryptionContext:owner"
      values   = ["true"]
    }
  }
}

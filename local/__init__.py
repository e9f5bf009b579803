"""The whole cloud in one process, for `make run`: the deployed handlers on durable stand-ins for AWS.

Nothing in here is deployed. The page docs/local.md says what is faithful and what is not.
"""

"""An AWS on loopback: ``with aws_server() as aws: ...``."""

from tests.fakes.aws.handle import Aws, aws_server

__all__ = ["Aws", "aws_server"]

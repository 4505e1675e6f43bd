"""Amazon EKS: its logging, and the CloudWatch log group that it writes to."""

"""What pyinfra changes on a host for us, a file a subject."""

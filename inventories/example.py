"""An inventory to copy: the groups name roles, the host data names the cluster and its standard.

Everything that pyinfra knows of SSH and sudo works here: https://docs.pyinfra.com/en/3.x/inventory-data.html
"""

_ssh = {
    "ssh_user": "deployer",
    "ssh_strict_host_key_checking": "yes",
    # A bastion: name it in an ssh_config with ProxyJump, and the file here.
    # "ssh_config_file": "ssh_config",
    "_sudo": True,
    # Where sudo asks for a password, run with --use-sudo-password, or keep it out of the file:
    # "_sudo_password": os.environ["SUDO_PASSWORD"],
}

control_plane = (
    [
        ("cp-1.prod.example.com", {"cluster": "prod"}),
        ("cp-2.prod.example.com", {"cluster": "prod"}),
        # This cluster has a tier, and an audit policy, of its own.
        ("cp-1.bank.example.com", {"cluster": "bank", "standard": "forensic", "audit_policy": "policies/bank.yaml"}),
    ],
    _ssh,
)

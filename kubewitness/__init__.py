"""kubewitness: switches on the logging of Kubernetes clusters and proves that the events arrive.

What to import from where: ``model`` (the nouns), ``auditpolicy`` and ``apiserver`` (what kube-apiserver would do with
a text, without asking one), ``deploys`` (what pyinfra runs), ``report`` (a function a format).
"""

__version__ = "0.1.0"

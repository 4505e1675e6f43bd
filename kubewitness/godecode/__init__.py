"""YAML and JSON as Kubernetes' own Go code reads them: sigs.k8s.io/yaml over go-yaml v2 (YAML 1.1), and encoding/json.

The kubelet reads manifests so, and kube-apiserver its audit policy. The result is a tree of values with their places.
Pure.
"""

"""The audit policy as kube-apiserver understands it: decode, validate, evaluate, and what it leaves unrecorded.

Pure, and without any knowledge of nodes or clusters. Exact per server version from 1.24 on; compared with
k8s.io/apiserver's own code. Where to look:

- a file becomes a policy: ``decode`` over ``identity``, ``schema``, ``bind``, ``draft``, ``validate``; ``documents``
- a policy decides: ``types``, ``evaluate``, and the same fast: ``compiled``, or as SQL: ``to_sql``; what that leaves in
  the log: ``emitted``
- a request is read: ``attributes`` and ``jsonlines`` over ``requestinfo``, ``requesturi``, ``listoptions``,
  ``labelselector``; or said in kubectl's words: ``query``
- a policy is judged: ``probes`` and ``coverage``, ``exempted``, ``lint``
- it is explained and compared: ``explanation``, ``matrix``, ``difference``
- it stands inside something else: ``embedded``, ``verdict``
"""

from kubewitness.auditpolicy.attributes import RecordError, attributes_of
from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.coverage import Excess, Recorded, Shortfall, excesses, recorded, shortfalls
from kubewitness.auditpolicy.decode import Loaded, Refused, load, load_bytes
from kubewitness.auditpolicy.draft import Draft, DraftRule
from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes, evaluate
from kubewitness.auditpolicy.probes import PROBES, Probe, canary_attributes
from kubewitness.auditpolicy.requestinfo import RequestInfo, recorded_request_info, resource_request_info
from kubewitness.auditpolicy.requesturi import UriError
from kubewitness.auditpolicy.types import GroupResources, Level, Policy, Rule, Stage
from kubewitness.auditpolicy.validate import Invalid, validate
from kubewitness.godecode.tree import Mark, Problem

__all__ = [
    "PROBES",
    "Decision",
    "Draft",
    "DraftRule",
    "Excess",
    "GroupResources",
    "Invalid",
    "Level",
    "Loaded",
    "Mark",
    "Policy",
    "Probe",
    "Problem",
    "RecordError",
    "Recorded",
    "Refused",
    "RequestAttributes",
    "RequestInfo",
    "Rule",
    "Shortfall",
    "Stage",
    "UriError",
    "attributes_of",
    "canary_attributes",
    "compile_policy",
    "evaluate",
    "excesses",
    "load",
    "load_bytes",
    "recorded",
    "recorded_request_info",
    "resource_request_info",
    "shortfalls",
    "validate",
]

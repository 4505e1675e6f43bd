"""The output of containers on a node: what the kubelet and the runtime keep of it, and for how long."""

from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, from_differences, not_read
from kubewitness.demand import Difference
from kubewitness.model import Kind, Reason, Rung, Severity, Source, Unread, stamp
from kubewitness.nodelogs.amounts import in_words
from kubewitness.nodelogs.kubelet import KubeletSettings
from kubewitness.nodelogs.lasting import container_retentions
from kubewitness.nodelogs.retention import hours_in_words
from kubewitness.observednode import Node
from kubewitness.standard import Standard

_LOGGING = "https://kubernetes.io/docs/concepts/cluster-administration/logging/"
_KUBELET = "https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/"


@check(
    "kubelet-container-logs",
    "the kubelet keeps as much of a container's output as the standard asks",
    kind=Kind.NODE,
    log=Source.CONTAINERS,
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    climbs=True,
    source=_LOGGING,
    controls=("NIST-800-53r5:AU-4", "NIST-800-53r5:AU-11"),
)
def kubelet_container_logs(node: Node, standard: Standard) -> Result:
    """What the kubelet rotates away before a shipper has read it is in no store. Size times number is what counts."""
    kubelet, wanted = node.kubelet, standard.containers
    if not isinstance(kubelet, KubeletSettings):
        return _no_kubelet(kubelet)
    size, number = kubelet.max_size, kubelet.max_files
    evidence = tuple(node.saw(item.where or "kubelet", f"{item.name}={item.written}") for item in (size, number))
    kept, least = size.value * number.value, (wanted.max_size_mib << 20) * wanted.max_files
    if kept >= least:
        return Pass(f"{number.value} files of {in_words(size.value)} a container", evidence)
    remedy = (
        f"set containerLogMaxSize: {wanted.max_size_mib}Mi and containerLogMaxFiles: {wanted.max_files} for the kubelet"
    )
    found = Difference("kept of a container", in_words(least), f"{size.written} in {number.written} files", remedy)
    return from_differences((found,), "", evidence)


@check(
    "kubelet-event-qps",
    "the kubelet may report as many events as the standard asks",
    kind=Kind.NODE,
    log=Source.CONTAINERS,
    severity=Severity.LOW,
    rung=Rung.DECLARED,
    source=_KUBELET,
    controls=("CIS-K8s:4.2.8", "NIST-800-53r5:AU-12"),
)
def kubelet_event_qps(node: Node, standard: Standard) -> Result:
    """Events above the limit are dropped: of a node in trouble, and of one that is being used. 0 is no limit."""
    kubelet, wanted = node.kubelet, standard.containers.event_qps
    if not isinstance(kubelet, KubeletSettings):
        return _no_kubelet(kubelet)
    rate = kubelet.event_qps
    evidence = (node.saw(rate.where or "kubelet", f"{rate.name}={rate.written}"),)
    if 0 < rate.value < wanted:
        remedy = f"set eventRecordQPS: {wanted} for the kubelet"
        return Fail(f"{rate.written} events a second", remedy, f"{wanted}, or 0", rate.written, evidence)
    return Pass(f"{rate.written} events a second" if rate.value else "no limit", evidence)


@check(
    "container-line-size",
    "the container runtime does not split lines that the standard wants whole",
    kind=Kind.NODE,
    log=Source.CONTAINERS,
    severity=Severity.LOW,
    rung=Rung.DECLARED,
    source="https://github.com/containerd/containerd/blob/main/docs/cri/config.md",
    controls=("NIST-800-53r5:AU-3",),
)
def container_line_size(node: Node, standard: Standard) -> Result:
    """A longer line is written as several, marked P and F: a shipper that does not join them stores fragments."""
    limit, wanted = node.line_bytes, standard.containers.line_kib
    if limit is None:
        return NotApplicable(f"{', '.join(sorted(node.logs.runtimes))} has no such setting")
    if isinstance(limit, Unread):
        return not_read(limit)
    evidence = (node.saw(limit.where or "containerd", f"{limit.name} = {limit.written}"),)
    if 0 < limit.value < wanted * 1024:
        remedy = f"set max_container_log_line_size = {wanted * 1024} in containerd's configuration"
        return Fail(f"lines are split at {in_words(limit.value)}", remedy, f"{wanted} KiB", limit.written, evidence)
    return Pass(f"lines are split at {in_words(limit.value)}" if limit.value else "lines are not split", evidence)


@check(
    "kubelet-restart-due",
    "the kubelet is younger than its configuration",
    kind=Kind.NODE,
    log=Source.CONTAINERS,
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source=_KUBELET,
    controls=("NIST-800-53r5:CM-6",),
)
def kubelet_restart_due(node: Node, standard: Standard) -> Result:
    """The kubelet reads its configuration when it starts, and never again."""
    kubelet, running = node.kubelet, node.logs.kubelet
    if not isinstance(kubelet, KubeletSettings):
        return _no_kubelet(kubelet)
    if running is None:
        return Fail("the kubelet is not running", "systemctl start kubelet; journalctl -u kubelet", "a process", "none")
    changed, started = stamp(kubelet.newest_change), stamp(running.started)
    evidence = (node.saw(f"/proc/{running.pid}", f"started {started}"),)
    if kubelet.newest_change > running.started:
        message = "the configuration is newer than the process"
        return Fail(message, "systemctl restart kubelet", f"started after {changed}", started, evidence)
    return Pass(f"the kubelet started {started}, its configuration changed {changed}", evidence)


@check(
    "container-logs-written",
    "the output of containers is written to the node",
    kind=Kind.NODE,
    log=Source.CONTAINERS,
    severity=Severity.MEDIUM,
    rung=Rung.EMITTING,
    climbs=True,
    source=_LOGGING,
    controls=("NIST-800-53r5:AU-12",),
)
def container_logs_written(node: Node, standard: Standard) -> Result:
    """A log driver of the runtime's own can send it elsewhere, past the kubelet and every shipper that reads files."""
    logs = node.logs.containers
    if isinstance(logs, Unread):
        return not_read(logs)
    written = [item for item in logs or () if item.size or item.rotated]
    if not logs or not written:
        what = "no log of a container in /var/log/pods" if not logs else f"all {len(logs)} logs of containers are empty"
        return Unknown(Reason.NOT_OBSERVED, what, "look at the runtime's log driver, and whether pods run here")
    newest = max(written, key=lambda item: item.modified)
    evidence = (node.saw(f"/var/log/pods/{newest.name}", f"written {stamp(newest.modified)}"),)
    if node.logs.kubelet and newest.modified < node.reading.now - 86_400:
        remedy = "look at the runtime's log driver, and whether pods run here"
        return Fail("nothing was written for a day", remedy, "a line", stamp(newest.modified), evidence)
    return Pass(f"{len(written)} containers write, the last {stamp(newest.modified)}", evidence)


@check(
    "container-retention-hours",
    "the log of each container holds as many hours as the standard asks",
    kind=Kind.NODE,
    log=Source.CONTAINERS,
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    source=_LOGGING,
    controls=("NIST-800-53r5:AU-4", "NIST-800-53r5:AU-11"),
)
def container_retention_hours(node: Node, standard: Standard) -> Result:
    """The container that writes most loses its past first. Judged by the worst of those whose rate is known."""
    kubelet, wanted = node.kubelet, standard.shipping.node_hours
    if not isinstance(kubelet, KubeletSettings):
        return _no_kubelet(kubelet)
    if not wanted:
        return NotApplicable("the standard asks for no hours")
    found = container_retentions(node.reading, kubelet)
    if isinstance(found, Unread):
        return not_read(found)
    name, worst = min(found.items(), key=lambda item: item[1].hours)
    short = [name for name, lasts in found.items() if lasts.hours < wanted]
    evidence = (node.saw(f"/var/log/pods/{name}", str(worst)),)
    if short:
        need = in_words(worst.rate.bytes_per_second * 3600 * wanted)
        remedy = f"ship it, and give it {need}: containerLogMaxSize, containerLogMaxFiles, and room on the disk"
        message = f"{len(short)} of {len(found)} containers hold less, the least {hours_in_words(worst.hours)}"
        return Fail(message, remedy, f"{wanted} hours", str(worst), evidence)
    return Pass(f"each of {len(found)} containers holds {hours_in_words(worst.hours)} or more", evidence)


def _no_kubelet(kubelet: Unread | None) -> Result:
    return not_read(kubelet) if isinstance(kubelet, Unread) else NotApplicable("no kubelet here")

"""What is rendered, as it is put on a node.

After a change that is meant: ``python -m tests.unit.shippers.goldens``, and read the diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.filebeat import render as filebeat
from kubewitness.shippers.otelcol import render as otelcol
from kubewitness.shippers.rsyslog import collector
from kubewitness.shippers.rsyslog import render as rsyslog
from kubewitness.shippers.shipment import Rendered
from tests.unit.shippers import shipments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.shippers.shipment import Unsafe

FOLDER: Final = Path(__file__).parent / "golden"


def rendered(value: Rendered | Unsafe) -> Rendered:
    """What was rendered, which it was."""
    assert isinstance(value, Rendered), value
    return value


def texts() -> Mapping[str, str]:
    """Name of the golden file -> what it must hold."""
    http = rendered(otelcol.render(shipments.shipment(shipments.VICTORIA_LOGS)))
    kafka = rendered(otelcol.render(shipments.shipment(shipments.KAFKA, logs=(shipments.AUDIT,))))
    relp = rendered(rsyslog.render(shipments.shipment(shipments.RELP)))
    keeper = rendered(collector.render(shipments.COLLECTOR))
    lines = rendered(filebeat.render(shipments.shipment(shipments.KAFKA)))
    search = rendered(filebeat.render(shipments.shipment(shipments.OPENSEARCH, logs=(shipments.AUDIT,))))
    return {
        "collector.conf": keeper.files[-1].text,
        "collector-senders.json": keeper.files[-2].text,
        "collector.service": keeper.files[-3].text,
        "rsyslog-relp.conf": relp.files[-1].text,
        "rsyslog-containers.service": relp.files[-2].text,
        "filebeat-kafka.yml": lines.files[-1].text,
        "filebeat-containers.service": lines.files[0].text,
        "filebeat-opensearch.yml": search.files[-1].text,
        "otelcol-otlp-http.yaml": http.files[-1].text,
        "otelcol-containers.service": http.files[0].text,
        "otelcol-kafka.yaml": kafka.files[-1].text,
        "otelcol-audit.service": kafka.files[0].text,
    }


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    write()

"""Host data log_destination: which URLs there are, and what is said of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.shippers.shipment import Kafka, OpenSearch, OtlpHttp, Relp, Syslog, TlsFiles
from kubewitness.shipping.destination import Secrets, parse_destination

TLS = TlsFiles("/ca.pem", "/client.pem", "/client.key")
ALL = Secrets(TLS)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("relp://logs.example:2514", Relp("logs.example", 2514, "logs.example", TLS)),
        ("relp://[fd00::1]:2514", Relp("fd00::1", 2514, "[fd00::1]", TLS)),
        ("syslog+tls://logs.example:6514", Syslog("logs.example", 6514, "logs.example", TLS)),
        ("otlp+https://v.example:9428/insert/otlp", OtlpHttp("https://v.example:9428/insert/otlp", TLS)),
        ("otlp+http://127.0.0.1:9428/insert/otlp", OtlpHttp("http://127.0.0.1:9428/insert/otlp", None)),
        ("kafka://b1:9092,b2:9092/audit", Kafka(("b1:9092", "b2:9092"), "audit", TLS)),
        ("opensearch+https://o.example:9200/audit", OpenSearch(("https://o.example:9200",), "audit", TLS)),
    ],
)
def test_each_kind_of_url_is_a_destination(url: str, meant: object) -> None:
    assert parse_destination(url, "cp-1", name="", secrets=ALL) == meant


def test_the_name_on_the_certificate_may_be_another_than_the_url_s() -> None:
    found = parse_destination("relp://10.0.0.5:2514", "cp-1", name="logs.example", secrets=ALL)

    assert found == Relp("10.0.0.5", 2514, "logs.example", TLS)


@pytest.mark.parametrize(
    ("url", "secrets", "told"),
    [
        ("relp://logs.example", ALL, "write relp://HOST:PORT"),
        ("relp://logs.example:2514", Secrets(None), "set log_tls_ca"),
        ("relp://logs.example:2514", Secrets(TlsFiles("/ca.pem")), "set log_tls_cert and log_tls_key"),
        ("otlp+https://v.example", ALL, "write the whole path"),
        ("otlp+http://v.example/x", ALL, "use otlp+https"),
        ("kafka://b1/audit", ALL, "write kafka://HOST:PORT,HOST:PORT/TOPIC"),
        ("opensearch+https://o.example/", ALL, "write opensearch+https://HOST:PORT/INDEX"),
        ("tcp://logs.example:514", ALL, "use relp://"),
        ("relp://logs.example:x", ALL, "is no URL"),
        ('relp://a" b:2514', ALL, "use relp://"),
        ("otlp+https://v.example/x?token=s3cret", ALL, "no ?"),
        ("", ALL, "use relp://"),
    ],
)
def test_what_is_no_destination_is_told_with_what_to_write(url: str, secrets: Secrets, told: str) -> None:
    with pytest.raises(KubewitnessError, match=r"^cp-1: ") as refused:
        parse_destination(url, "cp-1", name="", secrets=secrets)

    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("url", ["otlp+https://me:s3cret@v.example/x", "relp://s3cret@h:1", "kafka://s3cret@b:1/t"])
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(KubewitnessError) as refused:
        parse_destination(url, "cp-1", name="", secrets=ALL)

    assert "s3cret" not in str(refused.value)
    assert "log_token_file" in str(refused.value)


@given(st.text() | st.text().map("relp://{}".format) | st.text().map("otlp+https://{}".format))
def test_any_text_is_a_destination_or_one_line(url: str) -> None:
    try:
        said = str(parse_destination(url, "cp-1", name="", secrets=ALL))
    except KubewitnessError as error:
        said = str(error)

    assert len(said.splitlines()) == 1

"""The expected values are those of k8s.io/apiserver's RequestInfoFactory (asked by hand, 0.37)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy.requestinfo import RequestInfo, recorded_request_info, resource_request_info
from kubewitness.auditpolicy.requesturi import UriError


def resource(verb: str, uri: str, **attributes: str) -> RequestInfo:
    path = uri.partition("?")[0]
    version = attributes.pop("api_version", "v1")
    return RequestInfo(verb, resource_request=True, path=path, api_version=version, **attributes)


@pytest.mark.parametrize(
    ("method", "uri", "verb", "attributes"),
    [
        ("GET", "/api/v1/namespaces/n/pods", "list", {"namespace": "n", "resource": "pods"}),
        ("GET", "/api/v1/namespaces/n/pods/p", "get", {"namespace": "n", "resource": "pods", "name": "p"}),
        ("HEAD", "/api/v1/pods", "list", {"resource": "pods"}),
        ("POST", "/api/v1/namespaces/n/pods", "create", {"namespace": "n", "resource": "pods"}),
        ("PUT", "/api/v1/nodes/x", "update", {"resource": "nodes", "name": "x"}),
        ("DELETE", "/api/v1/nodes/x", "delete", {"resource": "nodes", "name": "x"}),
        ("DELETE", "/api/v1/nodes", "deletecollection", {"resource": "nodes"}),
        ("OPTIONS", "/api/v1/nodes", "", {"resource": "nodes"}),
        ("get", "/api/v1/nodes", "", {"resource": "nodes"}),
        (
            "GET",
            "/api/v1/namespaces/n/pods/p/exec",
            "get",
            {"namespace": "n", "resource": "pods", "name": "p", "subresource": "exec"},
        ),
        (
            "GET",
            "/api/v1/nodes/x/proxy/metrics/cadvisor",
            "get",
            {"resource": "nodes", "name": "x", "subresource": "proxy"},
        ),
        (
            "PATCH",
            "/apis/apps/v1beta2/namespaces/n/deployments/d",
            "patch",
            {"api_group": "apps", "api_version": "v1beta2", "namespace": "n", "resource": "deployments", "name": "d"},
        ),
    ],
)
def test_a_resource_request(method: str, uri: str, verb: str, attributes: dict[str, str]) -> None:
    assert resource_request_info(method, uri) == resource(verb, uri, **attributes)


@pytest.mark.parametrize(
    ("uri", "attributes"),
    [
        ("/api/v1/namespaces", {"resource": "namespaces"}),
        ("/api/v1/namespaces/n", {"namespace": "n", "resource": "namespaces", "name": "n"}),
        (
            "/api/v1/namespaces/n/status",
            {"namespace": "n", "resource": "namespaces", "name": "n", "subresource": "status"},
        ),
        (
            "/api/v1/namespaces/n/finalize",
            {"namespace": "n", "resource": "namespaces", "name": "n", "subresource": "finalize"},
        ),
        ("/api/v1/namespaces/n/other/x", {"namespace": "n", "resource": "other", "name": "x"}),
    ],
)
def test_a_namespace_is_its_own_namespace(uri: str, attributes: dict[str, str]) -> None:
    assert resource_request_info("PUT", uri) == resource("update", uri, **attributes)


@pytest.mark.parametrize(
    "uri",
    [
        "/", "", "//", "/api", "/api/", "/api/v1", "/api/v1/", "/apis", "/apis/apps", "/apis/apps/v1", "/apis/apps/v1/",
        "/healthz", "/openapi/v3/apis/apps/v1", "/API/v1/pods", "/metrics/a/b/c", "*",
    ],
)  # fmt: skip
def test_what_is_no_resource(uri: str) -> None:
    if not uri:
        with pytest.raises(UriError):
            resource_request_info("GET", uri)
        return

    assert resource_request_info("GET", uri) == RequestInfo("get", resource_request=False, path=uri)
    assert recorded_request_info("get", uri) == RequestInfo("get", resource_request=False, path=uri)


@pytest.mark.parametrize(
    ("uri", "verb"),
    [
        ("/api/v1/pods?watch", "watch"),
        ("/api/v1/pods?watch=", "watch"),
        ("/api/v1/pods?watch=no", "watch"),
        ("/api/v1/pods?w%61tch=1", "watch"),
        ("/api/v1/pods?watch=1&watch=0", "watch"),
        ("/api/v1/pods?limit=many&watch=1", "watch"),
        ("/api/v1/pods?watch=0", "list"),
        ("/api/v1/pods?watch=FALSE", "list"),
        ("/api/v1/pods?watch=0&watch=1", "list"),
        ("/api/v1/pods?Watch=1", "list"),
        ("/api/v1/pods?watch=1;x=2", "list"),
        ("/api/v1/pods?watch=%zz", "list"),
        ("/api/v1/pods/p?watch=1", "get"),
        ("/api/v1/watch/pods", "watch"),
        ("/api/v1/watch/pods?watch=0", "watch"),
    ],
)
def test_a_list_or_a_watch(uri: str, verb: str) -> None:
    assert resource_request_info("GET", uri).verb == verb


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("fieldSelector=metadata.name=x", "x"),
        ("fieldSelector=metadata.name%3Dx&watch=1", "x"),
        ("fieldSelector=metadata.name%3D%3Dx", "x"),
        ("fieldSelector=spec.nodeName=n,metadata.name=x", "x"),
        ("fieldSelector=metadata.name=z,metadata.name=x", "x"),
        (r"fieldSelector=metadata.name=a%5C%2Cb", "a,b"),
        ("fieldSelector=metadata.name!=x", ""),
        ("fieldSelector=metadata.name=..", ""),
        ("fieldSelector=metadata.name=a%2Fb", ""),
        ("fieldSelector=metadata.name=a%5Cb", ""),
        ("fieldSelector=metadata.name=a=b", ""),
        ("fieldSelector=metadata.name=x,bad", ""),
        ("fieldSelector=metadata.name=x,a!==b", ""),
        ("fieldSelector=metadata.name=x&limit=500", "x"),
        ("fieldSelector=metadata.name=x&limit=", ""),
        ("fieldSelector=metadata.name=x&timeoutSeconds=9223372036854775808", ""),
        ("fieldSelector=metadata.name=x&labelSelector=a+in+(b,c),!d", "x"),
        ("fieldSelector=metadata.name=x&labelSelector=a+in+b", ""),
        ("fieldselector=metadata.name=x", ""),
        ("&".join(["a=1"] * 10_000) + "&fieldSelector=metadata.name=x", ""),
    ],
)
def test_the_name_that_a_list_asks_for(query: str, name: str) -> None:
    uri = f"/api/v1/namespaces/n/secrets?{query}"

    assert resource_request_info("GET", uri).name == name
    assert recorded_request_info("list", uri).name == name


@pytest.mark.parametrize(
    ("verb", "uri", "name", "subresource"),
    [
        # of a watch by its path the server looks at no selector
        ("watch", "/api/v1/watch/pods?fieldSelector=metadata.name=x", "", ""),
        ("watch", "/api/v1/watch/namespaces/n/pods/p", "p", ""),
        ("proxy", "/api/v1/proxy/namespaces/n/pods/p/metrics", "p", ""),
        ("proxy", "/api/v1/proxy/nodes/x", "x", ""),
        ("deletecollection", "/api/v1/pods?fieldSelector=metadata.name=x", "", ""),
        ("create", "/api/v1/namespaces/n/pods/p/exec?command=ls", "p", "exec"),
        ("create", "/api/v1/namespaces/n/pods/p/a/b/c", "p", "a"),
    ],
)
def test_a_recorded_request(verb: str, uri: str, name: str, subresource: str) -> None:
    found = recorded_request_info(verb, uri)

    assert (found.verb, found.name, found.subresource) == (verb, name, subresource)


@pytest.mark.parametrize(
    ("uri", "path", "resource", "name"),
    [
        ("/api/v1/pods/a%20b+c", "/api/v1/pods/a b+c", "pods", "a b+c"),
        ("/api/v1%2Fpods/a", "/api/v1/pods/a", "pods", "a"),
        ("/api/v1/pods/%E4%B8%AD", "/api/v1/pods/中", "pods", "中"),
        ("/api/v1/pods/%ff", "/api/v1/pods/\udcff", "pods", "\udcff"),
        ("/api/v1//pods", "/api/v1//pods", "", "pods"),
        ("//api//v1/pods/", "//api//v1/pods/", "v1", "pods"),
        ("/api/v1/pods#x?watch=1", "/api/v1/pods#x", "pods#x", ""),
    ],
)
def test_odd_paths(uri: str, path: str, resource: str, name: str) -> None:
    found = resource_request_info("PUT", uri)

    if uri.startswith("//api//"):
        # the empty part behind /api is its version
        assert (found.api_version, found.resource, found.name) == ("", resource, name)
    assert (found.path, found.resource, found.name) == (path, resource, name)


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("/api/v1/pods/%4", 'invalid URL escape "%4"'),
        ("/api/v1/%zz", 'invalid URL escape "%zz"'),
        ("/api/\x07", "control character"),
        ("/healthz?a\x7f", "control character"),
        ("healthz", "starts with /"),
        ("?a", "starts with /"),
        ("http://host/api/v1/pods", "starts with /"),
        ("/api/v1/watch", "cannot tell its resource"),
        ("/apis/apps/v1/proxy/", "cannot tell its resource"),
    ],
)
def test_what_no_server_takes(uri: str, says: str) -> None:
    with pytest.raises(UriError, match=says):
        recorded_request_info("get", uri)


@given(verb=st.text(), uri=st.text().map("/".__add__) | st.text())
def test_any_text_is_a_request_or_an_error(verb: str, uri: str) -> None:
    try:
        found = recorded_request_info(verb, uri)
    except UriError:
        return

    assert found.verb == verb


@given(st.lists(st.sampled_from(["/", "api", "v1", "pods", "%2F", "?", "&", "=", "watch", "fieldSelector", ",", "\\"])))
def test_any_uri_of_these_parts_is_a_request_or_an_error(parts: list[str]) -> None:
    try:
        found = resource_request_info("GET", "".join(parts))
    except UriError:
        return

    assert found.verb in {"get", "list", "watch"}

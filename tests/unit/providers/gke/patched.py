"""A process that gevent has patched, as pyinfra patches its own.

It asks for several clusters at once over gRPC and TLS, with a token that is renewed inside each call. ``--without`` the
recipe it stalls, hangs or crashes; ``--programs=N`` starts so many beside the channel; ``--for=N`` ends it after N s.

``python -m tests.unit.providers.gke.patched N [OPTION…]`` prints what each one got, and how often the loop turned.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import signal  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402

from kubewitness.providers.gke import grpcready  # noqa: E402

PAUSE_SECONDS = 0.05


def option(name: str) -> int:
    given = [word.partition("=")[2] for word in sys.argv if word.startswith(f"--{name}=")]
    return int(given[0]) if given else 0


def main() -> None:
    if "--without" in sys.argv:
        grpcready.prepare_grpc = lambda: None  # type: ignore[assignment]
    signal.alarm(option("for"))  # what hangs is ended by the system: no greenlet of ours would run
    from kubewitness.providers.gke.connections import GcpClients  # noqa: PLC0415

    clients, turns = GcpClients(), 0

    def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            gevent.sleep(PAUSE_SECONDS)

    def ask() -> int:
        return len(list(clients.call("config", "list_sinks", parent="projects/shop")))

    gevent.spawn(tick)
    jobs = [gevent.spawn(ask) for _ in range(int(sys.argv[1]))]
    gevent.joinall(jobs, raise_error=True)
    ended = [subprocess.run(["true"], check=False).returncode for _ in range(option("programs"))]
    print(json.dumps({"got": [job.value for job in jobs], "turns": turns, "ended": ended}))  # noqa: T201


if __name__ == "__main__":
    main()

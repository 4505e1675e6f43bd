"""The configurations here are made up, in the shapes that documentation and forums show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.model import Unread
from kubewitness.shippers.model import (
    Checkpoint,
    Configuration,
    Input,
    InputKind,
    Output,
    OutputKind,
    Place,
    Program,
    QueueKind,
    Setting,
    Start,
    Tls,
    WhenFull,
)
from kubewitness.shippers.rsyslog.gather import DEFAULT
from kubewitness.shippers.rsyslog.read import read

AUDIT = 'input(type="imfile" File="/var/log/kubernetes/audit/audit.log" Tag="audit" %s)\n'
RELP = 'action(type="omrelp" target="logs.example.org" port="2514" %s)\n'


def _one(text: str) -> Configuration:
    return read({"/etc/rsyslog.conf": text})


def _input(text: str) -> Input:
    return _one(text).routes[0].inputs[0]


def _output(text: str) -> Output:
    return _one(text).routes[0].outputs[0]


def _ruleset(queue: str) -> str:
    return f'ruleset(name="x" {queue}) {{ {RELP % ""} }}\n'


def _value(setting: object) -> object:
    assert isinstance(setting, Setting)
    return setting.value


def test_a_file_input_that_says_nothing_has_the_defaults_of_the_program() -> None:
    found = _input(AUDIT % "")

    assert found.kind is InputKind.FILES
    assert [path.value for path in found.paths] == ["/var/log/kubernetes/audit/audit.log"]
    assert (_value(found.start), _value(found.checkpoint)) == (Start.BEGINNING, Checkpoint.DISK)
    assert found.checkpoint_every == Setting("persistStateInterval", 0, "0")
    assert found.line_limit == Setting("maxMessageSize", 8096, "8k")
    assert found.state_dir == Setting("workDirectory", "/", "")


def test_what_is_written_is_in_force_with_its_place() -> None:
    text = 'global(workDirectory="/var/spool/rsyslog" maxMessageSize="16m")\n' + AUDIT % 'freshStartTail="on"'

    found = _input(text)

    assert found.line_limit == Setting("maxMessageSize", 16 * 1024**2, "16m", Place("/etc/rsyslog.conf", 1, 43))
    assert _value(found.start) is Start.END
    assert found.state_dir is not None
    assert found.state_dir.value == "/var/spool/rsyslog"


@pytest.mark.parametrize(
    ("settings", "ahead"),
    [
        ("", False),
        ('persistStateInterval="100"', True),
        ('persistStateInterval="100" persistStateAfterSubmission="on"', True),
        ('persistStateInterval="100" maxSubmitAtOnce="1"', False),
    ],
)
def test_a_position_is_saved_ahead_where_a_batch_is_more_than_one_record(settings: str, ahead: bool) -> None:
    found = _input(AUDIT % settings)

    assert _value(found.saves_ahead) is ahead


def test_an_input_without_a_ruleset_goes_through_the_default_one_and_the_main_queue() -> None:
    configuration = _one(AUDIT % "" + RELP % "")

    (route,) = configuration.routes
    assert (route.name, len(route.inputs), len(route.outputs)) == (DEFAULT, 1, 1)
    assert route.queue is not None
    assert route.queue.kind == Setting("queue.type", QueueKind.MEMORY, "FixedArray")


def test_an_input_goes_through_the_ruleset_that_it_names_and_no_other() -> None:
    text = AUDIT % 'ruleset="x"' + _ruleset('queue.type="Direct"') + "*.* /var/log/all\n"

    configuration = _one(text)

    by_name = {route.name: route for route in configuration.routes}
    assert [output.kind for output in by_name["x"].outputs] == [OutputKind.RELP]
    assert by_name["x"].queue is not None
    assert by_name["x"].queue.kind.value is QueueKind.NONE
    assert by_name[DEFAULT].inputs == ()


@pytest.mark.parametrize(
    ("queue", "kind", "when_full"),
    [
        ('queue.type="LinkedList"', QueueKind.MEMORY, WhenFull.BLOCK),
        ('queue.type="LinkedList" queue.filename="q"', QueueKind.DISK, WhenFull.BLOCK),
        ('queue.type="LinkedList" queue.filename="q" queue.saveOnShutdown="off"', QueueKind.MEMORY, WhenFull.BLOCK),
        ('queue.type="Disk" queue.filename="q"', QueueKind.DISK, WhenFull.BLOCK),
        ('queue.type="LinkedList" queue.discardSeverity="5"', QueueKind.MEMORY, WhenFull.DROP),
    ],
)
def test_the_queue_of_a_ruleset(queue: str, kind: QueueKind, when_full: WhenFull) -> None:
    found = _one(AUDIT % 'ruleset="x"' + _ruleset(queue)).routes[0].queue

    assert found is not None
    assert (found.kind.value, _value(found.when_full)) == (kind, when_full)


def test_a_full_queue_of_an_action_drops_whatever_the_input_is() -> None:
    found = _output(AUDIT % "" + RELP % 'queue.type="LinkedList" queue.size="10000"').queue

    assert found is not None
    assert _value(found.when_full) is WhenFull.DROP
    assert found.limit == Setting("queue.size", "10000", "10000", found.limit.place if found.limit else None)


def test_an_action_without_a_queue_has_none() -> None:
    assert _output(AUDIT % "" + RELP % "").queue is None


@pytest.mark.parametrize(
    ("queue", "submit", "stalls"),
    [
        ('queue.size="2000" queue.filename="q"', "", True),
        ('queue.size="2300" queue.filename="q"', "", False),
        ('queue.size="2000" queue.filename="q"', 'maxSubmitAtOnce="100"', False),
        ('queue.size="2000"', "", False),
        ('queue.size="1000"', "", True),
    ],
)
def test_a_queue_below_the_batch_of_imfile_stalls(queue: str, submit: str, stalls: bool) -> None:
    # facts: measured with 8.2302 and 8.2504; the numbers of the mark are those of runtime/queue.c.
    ruleset = _ruleset(f'queue.type="LinkedList" {queue}')

    found = _one(AUDIT % f'ruleset="x" {submit}' + ruleset).routes[0].queue

    assert found is not None
    assert (found.stalls is not None) is stalls


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ("", Tls.OFF),
        ('tls="on"', Tls.UNVERIFIED),
        ('tls="on" tls.authMode="certvalid"', Tls.ANY_NAME),
        ('tls="on" tls.authMode="name" tls.permittedPeer=["logs.example.org"]', Tls.VERIFIED),
    ],
)
def test_how_sure_relp_is_of_the_other_end(settings: str, level: Tls) -> None:
    assert _value(_output(RELP % settings).tls) is level


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ("", Tls.OFF),
        ('StreamDriver="ossl"', Tls.OFF),
        ('StreamDriver="ossl" StreamDriverMode="1"', Tls.UNVERIFIED),
        ('StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"', Tls.ANY_NAME),
        ('StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"', Tls.VERIFIED),
    ],
)
def test_how_sure_syslog_over_tcp_is_of_the_other_end(settings: str, level: Tls) -> None:
    found = _output(f'action(type="omfwd" target="logs.example.org" protocol="tcp" {settings})')

    assert _value(found.tls) is level
    assert _value(found.acknowledged) is False


def test_the_legacy_form_means_the_same() -> None:
    text = """
$ModLoad imfile
$MaxMessageSize 64k
$WorkDirectory /var/spool/rsyslog
$InputFileName /var/log/kubernetes/audit/audit*.log
$InputFileTag audit:
$InputFilePersistStateInterval 100
$InputRunFileMonitor
$DefaultNetstreamDriver gtls
$DefaultNetstreamDriverCertFile /etc/pki/node.crt
$ActionSendStreamDriverMode 1
$ActionSendStreamDriverAuthMode x509/name
$ActionQueueType LinkedList
$ActionQueueFileName fwd
$ActionResumeRetryCount -1
*.* @@(o)logs.example.org:6514;RSYSLOG_SyslogProtocol23Format
*.* /var/log/all.log
"""
    (route,) = _one(text).routes

    (found,), (forward, file) = route.inputs, route.outputs
    assert found.name == "audit"
    assert (_value(found.line_limit), _value(found.checkpoint_every)) == (65536, 100)
    assert (forward.address, _value(forward.tls), _value(forward.gives_up)) == (
        "logs.example.org:6514",
        Tls.VERIFIED,
        None,
    )
    assert forward.queue is not None
    assert forward.queue.kind.value is QueueKind.DISK
    assert forward.client_certificate is not None
    assert forward.client_certificate.value
    assert (file.kind, file.address, file.queue, _value(file.gives_up)) == (
        OutputKind.FILE,
        "/var/log/all.log",
        None,
        "0 tries",
    )


def test_a_directive_for_one_action_is_forgotten_after_it() -> None:
    outputs = _one("$ActionResumeRetryCount -1\n*.* @@a.example.org\n*.* @@b.example.org\n").routes[0].outputs

    assert [_value(output.gives_up) for output in outputs] == [None, "0 tries"]


def test_kafka_has_the_limits_of_its_library() -> None:
    found = _output('action(type="omkafka" topic="audit" broker=["k1:9093"] confParam=["security.protocol=ssl"])')

    assert found.message_limit == Setting("message.max.bytes", 1_000_000, "1000000")
    assert (_value(found.tls), _value(found.acknowledged)) == (Tls.VERIFIED, False)


def test_a_stop_that_an_output_comes_after_leaves_records_out() -> None:
    text = AUDIT % "" + 'if $msg contains "healthz" then stop\n' + RELP % ""

    (left_out,) = _one(text).routes[0].filters

    assert left_out.drops.value == 'records for which: $msg contains "healthz"'
    assert left_out.place.line == 2


@pytest.mark.parametrize(
    "rules",
    [
        RELP % "" + 'if $msg contains "healthz" then stop\n*.* /var/log/all\n',
        ':msg, contains, "healthz" /var/log/healthz\n& stop\n' + RELP % "",
        RELP % "" + "stop\n*.* /var/log/all\n",
    ],
)
def test_a_stop_after_an_output_leaves_nothing_out(rules: str) -> None:
    assert _one(AUDIT % "" + rules).routes[0].filters == ()


def test_the_old_tilde_is_a_stop() -> None:
    assert len(_one(AUDIT % "" + ':msg, contains, "healthz" ~\n' + RELP % "").routes[0].filters) == 1


def test_the_journal_is_read_with_a_rate_limit_unless_it_is_off() -> None:
    limited = _one('module(load="imjournal" StateFile="imjournal.state")\n' + RELP % "").routes[0]
    free = _one('module(load="imjournal" StateFile="s" Ratelimit.Interval="0")\n' + RELP % "").routes[0]

    assert [one.drops.written for one in limited.filters] == ["600"]
    assert free.filters == ()


def test_the_journal_without_a_state_file_forgets_its_position() -> None:
    found = _input('module(load="imjournal")\n')

    assert (found.kind, _value(found.checkpoint)) == (InputKind.JOURNAL, Checkpoint.MEMORY)


def test_what_another_ruleset_sends_counts_for_the_one_that_calls_it() -> None:
    text = _ruleset('queue.type="LinkedList"') + AUDIT % "" + "call x\n"

    (route,) = _one(text).routes

    assert [output.kind for output in route.outputs] == [OutputKind.RELP]
    assert route.outputs[0].queue is not None
    assert route.outputs[0].queue.kind.value is QueueKind.MEMORY


def test_rulesets_that_call_each_other_end() -> None:
    text = 'ruleset(name="a") { call b }\nruleset(name="b") { call a }\ncall a\n'

    assert _one(text).routes == ()


def test_a_template_that_cuts_the_record_alters_it() -> None:
    text = 'template(name="short" type="string" string="%msg:1:1024%")\n' + RELP % 'template="short"'

    found = _output(text).alters

    assert found is not None
    assert found.value == "only its characters 1 to 1024 are sent"


def test_a_module_that_makes_anonymous_alters_what_comes_after() -> None:
    outputs = _one(AUDIT % "" + '*.* /var/log/a\naction(type="mmanon")\n' + RELP % "").routes[0].outputs

    assert [output.alters is None for output in outputs] == [True, False]


def test_includes_are_followed_in_the_order_of_their_names() -> None:
    files = {
        "/etc/rsyslog.conf": "$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /last\n",
        "/etc/rsyslog.d/b.conf": "*.* /b\n",
        "/etc/rsyslog.d/a.conf": "*.* /a\n",
        "/etc/rsyslog.d/.hidden.conf": "*.* /hidden\n",
        "/etc/rsyslog.d/a.conf.old": "*.* /old\n",
    }

    configuration = read(files)

    assert [output.address for output in configuration.routes[0].outputs] == ["/a", "/b", "/last"]
    assert configuration.files == ("/etc/rsyslog.conf", "/etc/rsyslog.d/a.conf", "/etc/rsyslog.d/b.conf")


def test_an_include_inside_of_a_ruleset_belongs_to_it() -> None:
    files = {
        "/etc/rsyslog.conf": 'ruleset(name="x") { include(file="/etc/x.inc") }\n' + AUDIT % 'ruleset="x"',
        "/etc/x.inc": RELP % "",
    }

    assert [output.kind for output in read(files).routes[0].outputs] == [OutputKind.RELP]


def test_a_file_that_includes_itself_ends() -> None:
    problems = read({"/etc/a.conf": 'include(file="/etc/a.conf")\n'}).problems

    assert [problem.refused for problem in problems] == [True]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ('include(file="/etc/gone.conf")', False),
        ("include(text=`cat /etc/x`)", False),
        ("call gone\n*.* /x", True),
        (AUDIT % 'ruleset="gone"', True),
        ("call_indirect $.x;\n*.* /x", False),
    ],
)
def test_what_is_not_there_or_not_told_is_a_problem(text: str, refused: bool) -> None:
    assert [problem.refused for problem in _one(text).problems] == [refused]


def test_a_value_from_the_environment_could_not_be_told() -> None:
    found = _output('action(type="omrelp" target="x" action.resumeRetryCount=`echo $N`)')

    assert isinstance(found.gives_up, Unread)


def test_a_password_in_an_address_is_not_kept() -> None:
    found = _output('action(type="omelasticsearch" server=["https://u:secret@os.example.org:9200"])')

    assert found.address == "https://os.example.org:9200"


@given(st.text(max_size=400))
def test_any_text_is_a_configuration(text: str) -> None:
    assert read({"/etc/rsyslog.conf": text}).program is Program.RSYSLOG


_WORDS = st.sampled_from(
    [
        AUDIT % "",
        RELP % "",
        "stop\n",
        "~\n",
        "call x\n",
        'ruleset(name="x") {',
        "}\n",
        "*.* ",
        "@@h:1\n",
        "\n",
        'if $a == "b" then ',
        "else ",
        'module(load="imjournal")\n',
        'include(file="a")\n',
        "$RuleSet y\n",
        "!prog\n",
    ]
)


@given(st.lists(_WORDS, max_size=30).map("".join))
def test_any_order_of_statements_is_a_configuration(text: str) -> None:
    assert read({"a": text}).program is Program.RSYSLOG

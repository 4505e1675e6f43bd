"""Who may write into the store: a certificate of the right authority, with a name that is let in, and nobody else.

That the right one gets everything in is shown by test_rsyslog.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.delivery.experiment import carry_out
from tests.delivery.faults import A_FEW
from tests.delivery.pairs import RSYSLOG, shows
from tests.delivery.pki import Authority

if TYPE_CHECKING:
    from tests.delivery.experiment import Site

pytestmark = pytest.mark.lab


def test_a_client_without_a_certificate_gets_nothing_in(place: Site) -> None:
    tally = carry_out(
        place,
        RSYSLOG,
        A_FEW,
        lambda shipper: shipper.without('tls.myCert="/etc/lab-tls/client.pem"').without(
            'tls.myPrivKey="/etc/lab-tls/client.key"'
        ),
    )

    assert (tally.stored, tally.cut, tally.foreign) == (0, 0, 0)


def test_a_client_with_a_certificate_of_another_authority_gets_nothing_in(place: Site) -> None:
    stranger = Authority("strangers").issue(place.worker.node.name)

    tally = carry_out(place, RSYSLOG, A_FEW, shows(stranger))

    assert (tally.stored, tally.cut, tally.foreign) == (0, 0, 0)


def test_a_client_with_the_name_of_another_gets_nothing_in(place: Site) -> None:
    tally = carry_out(place, RSYSLOG, A_FEW, shows(place.authority.issue("somebody-else")))

    assert (tally.stored, tally.cut, tally.foreign) == (0, 0, 0)

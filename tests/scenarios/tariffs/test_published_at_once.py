"""What happens while a version is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chalicelib.domain.tariffs.lifecycle import TariffState
from chalicelib.usecases.ports.tariff_lives import TariffChangedMeanwhile
from chalicelib.usecases.publish_tariff import publish_tariffs
from chalicelib.usecases.report_publication import Watch
from tests.in_process import InProcess
from tests.scenarios.tariffs.ann_and_bob import (
    ANN,
    BOB,
    OCTOBER_10,
    at_desk,
    drafted,
    give_size,
    publish,
    rebill,
    report,
    reviewed,
    sized,
    states,
    water,
)
from tests.towns import NOVEMBER, OCTOBER, the_account


def at_the_last_moment(act: Callable[[], object]) -> Watch:
    """Somebody else acts once the last shard was looked at, before anything is written."""
    return lambda done, of: act() and None if done == of else None


def test_an_agreement_that_loses_its_fact_while_a_version_is_published_is_an_exception_of_its_run(
    utility: InProcess,
) -> None:
    utility.bill(OCTOBER)
    for shard in (1, 2):
        for number in (1, 2, 3):
            give_size(utility, number, "1", shard=shard)
    wanted = reviewed(utility, sized())
    late = at_the_last_moment(lambda: give_size(utility, 2, "9"))

    assert publish_tariffs(at_desk(utility, ANN), [wanted], watch=late) == {"WATER@2": True}

    run = utility.bill(NOVEMBER)
    assert (run.tally.billed, run.tally.excepted) == (5, 1)
    assert [one.account_id for one in report(utility, wanted).agreements] == [the_account(2)]
    give_size(utility, 2, "5/8")
    assert utility.retry(run, on=date(2026, 11, 20)).tally.billed == 1
    assert report(utility, wanted).is_clear


def test_bills_that_are_posted_while_a_correction_is_published_are_listed_afterwards(
    utility: InProcess,
) -> None:
    utility.bill(OCTOBER)
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    late = at_the_last_moment(lambda: utility.bill(NOVEMBER))

    assert publish_tariffs(at_desk(utility, ANN), [wanted], watch=late) == {"WATER@2": True}

    assert report(utility, wanted).bill_count == 6
    for segment in report(utility, wanted).segments:
        rebill(utility, segment.bill_id, segment.agreement_id)
    assert report(utility, wanted).is_clear


def test_of_two_versions_published_at_once_the_second_is_weighed_up_again(utility: InProcess) -> None:
    """The needs of one hold until the day of the other: each was looked at as if it were alone."""
    needs = reviewed(utility, sized())
    spares = reviewed(utility, water(3, effective_from=OCTOBER_10, rate="3.00"))
    late = at_the_last_moment(lambda: publish(utility, needs, spares))
    other = reviewed(utility, water(4, effective_from=date(2027, 1, 10), rate="4.00"))

    with pytest.raises(TariffChangedMeanwhile, match="publishing WATER@4 was weighed up"):
        publish_tariffs(at_desk(utility, ANN), [other], watch=late)

    assert states(utility, OCTOBER_10)["WATER@4"] is TariffState.REVIEWED
    assert states(utility, OCTOBER_10)["WATER@3"] is TariffState.PUBLISHED
    assert publish(utility, other) == {"WATER@4": True}


def test_a_draft_handed_in_while_the_reviewed_one_is_published_stops_it(utility: InProcess) -> None:
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    late = at_the_last_moment(lambda: drafted(utility, water(2, effective_from=OCTOBER_10, rate="4.00")))
    with pytest.raises(TariffChangedMeanwhile):
        publish_tariffs(at_desk(utility, BOB), [wanted], watch=late)
    assert states(utility, OCTOBER_10)["WATER@2"] is TariffState.DRAFT
    assert "tariffs/WATER/2.json" not in utility.store.keys("tariffs/")

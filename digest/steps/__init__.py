"""The steps of the line, one module each: read what the step before stored, store the own result.

Every step can be run again without harm: its result has a unique key. Who writes ``steps.send``
imports that step when it is used, so that listing issues need not know how to send one.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.steps import (
        add as add,
    )
    from digest.steps import (
        address as address,
    )
    from digest.steps import (
        alerts as alerts,
    )
    from digest.steps import (
        approve as approve,
    )
    from digest.steps import (
        archive as archive,
    )
    from digest.steps import (
        calendar as calendar,
    )
    from digest.steps import (
        choose as choose,
    )
    from digest.steps import (
        clicks as clicks,
    )
    from digest.steps import (
        coming as coming,
    )
    from digest.steps import (
        complaints as complaints,
    )
    from digest.steps import (
        compose as compose,
    )
    from digest.steps import (
        control as control,
    )
    from digest.steps import (
        copies as copies,
    )
    from digest.steps import (
        count_received as count_received,
    )
    from digest.steps import (
        curate as curate,
    )
    from digest.steps import (
        desk as desk,
    )
    from digest.steps import (
        doubtful as doubtful,
    )
    from digest.steps import (
        earlier as earlier,
    )
    from digest.steps import (
        edit as edit,
    )
    from digest.steps import (
        editions as editions,
    )
    from digest.steps import (
        errata as errata,
    )
    from digest.steps import (
        events as events,
    )
    from digest.steps import (
        foresee as foresee,
    )
    from digest.steps import (
        frozen as frozen,
    )
    from digest.steps import (
        fsck as fsck,
    )
    from digest.steps import (
        gather as gather,
    )
    from digest.steps import (
        hear as hear,
    )
    from digest.steps import (
        held as held,
    )
    from digest.steps import (
        history as history,
    )
    from digest.steps import (
        last_look as last_look,
    )
    from digest.steps import (
        letters as letters,
    )
    from digest.steps import (
        links as links,
    )
    from digest.steps import (
        lock as lock,
    )
    from digest.steps import (
        messages as messages,
    )
    from digest.steps import (
        minding as minding,
    )
    from digest.steps import (
        overview as overview,
    )
    from digest.steps import (
        parts as parts,
    )
    from digest.steps import (
        people_letters as people_letters,
    )
    from digest.steps import (
        person as person,
    )
    from digest.steps import (
        pin as pin,
    )
    from digest.steps import (
        plan as plan,
    )
    from digest.steps import (
        pool as pool,
    )
    from digest.steps import (
        preflight as preflight,
    )
    from digest.steps import (
        preview as preview,
    )
    from digest.steps import (
        probe as probe,
    )
    from digest.steps import (
        report as report,
    )
    from digest.steps import (
        retain as retain,
    )
    from digest.steps import (
        returns as returns,
    )
    from digest.steps import (
        review as review,
    )
    from digest.steps import (
        reviewing as reviewing,
    )
    from digest.steps import (
        routes as routes,
    )
    from digest.steps import (
        rules as rules,
    )
    from digest.steps import (
        send as send,
    )
    from digest.steps import (
        share as share,
    )
    from digest.steps import (
        ways as ways,
    )
    from digest.steps import (
        why as why,
    )
else:

    def __getattr__(name: str) -> ModuleType:
        try:
            return import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"there is no step {name!r}") from error

"""A page of parties costs what it shows, however many parties there ever were."""

import uuid

import pytest

from api.parties.parties import OWN, page_query
from tests.api.api_app import Api

MANY = """
insert into party (id, title, owner, visibility, status, members, starts_at, created_at, ended_at, alive_at)
select lpad(n::text, 12, '0'), 'Party ' || n, $1,
    case when n % 4 = 0 then 'unlisted' else 'public' end,
    case when n % 50 = 0 then 'lobby' when n % 97 = 0 then 'playing' else 'ended' end,
    case when n % 97 = 0 and n % 50 <> 0 then 3 else 0 end,
    case when n % 50 = 0 then now() + n * interval '1 s' end,
    now() - n * interval '1 min', now() - n * interval '1 min', now()
from generate_series(1, 20000) as n
"""


@pytest.mark.parametrize(
    ("state", "index"),
    [("live", "party_live"), ("upcoming", "party_upcoming"), ("ended", "party_ended"), (OWN, "party_of")],
)
async def test_a_page_is_read_by_its_index(api: Api, state: str, index: str) -> None:
    owners = [uuid.UUID((await api.sign_in()).id) for _ in range(2)]
    await api.database.execute(MANY, owners[0])
    await api.database.execute("analyze party")
    sql, beginning = page_query(state)
    more = [owners[0]] if state == OWN else []
    plan = [row[0] for row in await api.database.fetch(f"explain {sql}", 21, beginning, "", *more)]
    assert any(f"using {index} " in line for line in plan), plan
    assert not any("Seq Scan on party" in line for line in plan), plan

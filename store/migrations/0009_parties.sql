-- Watch parties as the lists show them, and the invitations to them. What happens in a party stands in the event log.

-- The row comes first, as `opening`; once its room is opened it follows what the room tells. A party that has ended
-- stays so, whatever is told late. `members` is how many are there, and was true at `alive_at`.
create table party (
    id text primary key check (id ~ '^[A-Za-z0-9]{12}$'),
    title text not null,
    owner uuid not null references account (id),
    visibility text not null check (visibility in ('public', 'unlisted', 'invite')),
    status text not null default 'opening'
        check (status in ('opening', 'lobby', 'playing', 'paused', 'waiting', 'ended')),
    members integer not null default 0 check (members >= 0),
    item_title text,
    starts_at timestamptz,
    created_at timestamptz not null default now(),
    alive_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    ended_at timestamptz
) with (fillfactor = 80);
create index party_live on party (created_at desc, id desc)
    where visibility = 'public' and members > 0 and status not in ('opening', 'ended');
create index party_upcoming on party (starts_at, id) where visibility = 'public' and status = 'lobby';
create index party_ended on party (ended_at desc, id desc) where visibility = 'public' and status = 'ended';
create index party_of on party (owner, created_at desc, id desc);
create index party_open_of on party (owner) where status <> 'ended';

create function party_stays_ended() returns trigger language plpgsql as $$
begin
    if old.status = 'ended' then
        new.status := 'ended';
        new.ended_at := old.ended_at;
    elsif new.status = 'ended' then
        new.ended_at := now();
    end if;
    if new.status = 'ended' then
        new.members := 0;
    end if;
    return new;
end $$;

create trigger party_stays_ended before update on party
    for each row execute function party_stays_ended();

-- Only the SHA-256 of an invitation's secret is kept. `maker` is an account's id in text, or a guest's.
create table party_invite (
    id uuid primary key default gen_random_uuid(),
    party text not null references party (id) on delete cascade,
    hash bytea not null unique,
    role text not null check (role in ('host', 'member', 'guest')),
    maker text not null,
    uses integer not null check (uses > 0),
    used integer not null default 0 check (used between 0 and uses),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index party_invite_of on party_invite (party, created_at desc, id desc);
create index party_invite_by on party_invite (maker);
create index party_invite_old on party_invite (expires_at);

-- Who came by an invitation; `admitted_at` is when the room had heard of it.
create table party_invite_use (
    invite uuid not null references party_invite (id) on delete cascade,
    person text not null,
    at timestamptz not null default now(),
    admitted_at timestamptz,
    primary key (invite, person)
);
create index party_invite_use_by on party_invite_use (person);

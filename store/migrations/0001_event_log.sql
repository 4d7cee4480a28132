-- Channels of events. A channel's order is its head's `top`: whoever moves it owns the offsets it passes.

-- The epoch of every channel that was never begun anew: a database that was lost and made again has another.
create table log_epoch (
    only_row boolean primary key default true check (only_row),
    epoch text not null
);
insert into log_epoch (epoch) values (substr(replace(gen_random_uuid()::text, '-', ''), 1, 16));

-- A channel between two new beginnings is one `life`: a small key for the events of an epoch.
create sequence channel_life;

-- `appended` is how many events the last append brought, so that an upsert can see where it began.
-- Heads are updated in place all the time: room in the page keeps these updates off the index.
create table channel_head (
    channel text primary key,
    life bigint not null,
    epoch text not null,
    top bigint not null check (top >= 0),
    appended integer not null check (appended >= 0)
) with (fillfactor = 50);

-- `data` is json, not jsonb: it comes back to the letter, \u0000 included.
create table event (
    life bigint not null,
    "offset" bigint not null check ("offset" > 0),
    at timestamptz not null default now(),
    creates boolean not null,
    subject text,
    data json not null,
    primary key (life, "offset"),
    check (subject is not null or not creates)
);

-- Each event stands in one of these at most, since every index costs each append 2 microseconds.
create unique index event_created on event (life, subject) where creates;
create index event_about on event (life, subject, "offset") where subject is not null and not creates;

-- Mail that waits to be sent, links that work once, Google identities, avatars, and who follows whom.

-- A mail is written in the transaction of what it tells about, and its row goes when it was sent or given up. A node
-- that takes a mail moves `due_at` on, so that another takes it over when that node dies in the middle.
create table mail_outbox (
    id uuid primary key default gen_random_uuid(),
    recipient text not null,
    subject text not null,
    body text not null,
    created_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    give_up_at timestamptz not null,
    attempts integer not null default 0
);
create index mail_outbox_due on mail_outbox (due_at);

-- Somebody asked for a new password. Whether the address belongs to anybody is looked up later, so that asking takes
-- the same work for every address.
create table password_reset_request (
    id bigint generated always as identity primary key,
    email text not null,
    requested_at timestamptz not null default now()
);

-- The last link of each purpose that an account was sent; `issued` counts those since `window_began`.
create table account_link (
    account uuid not null references account (id) on delete cascade,
    purpose text not null check (purpose in ('verify', 'reset')),
    hash bytea, -- SHA-256 of the token in the link; absent once it was used
    email text not null,
    expires_at timestamptz not null,
    issued integer not null default 1,
    window_began timestamptz not null default now(),
    primary key (account, purpose)
);
create unique index account_link_hash on account_link (hash) where hash is not null;

create table google_identity (
    issuer text not null,
    subject text not null,
    account uuid not null references account (id) on delete cascade,
    linked_at timestamptz not null default now(),
    primary key (issuer, subject)
);
create index google_identity_of on google_identity (account);

-- The id is a hash of the picture, so what stands under it never changes; account.avatar names it.
create table avatar (
    account uuid primary key references account (id) on delete cascade,
    id text not null unique,
    image bytea not null
);

create table follow (
    follower uuid not null references account (id) on delete cascade,
    followed uuid not null references account (id) on delete cascade check (follower <> followed),
    at timestamptz not null default now(),
    primary key (follower, followed)
);
create index follow_newest on follow (follower, at desc, followed desc);
create index follow_newest_of on follow (followed, at desc, follower desc);

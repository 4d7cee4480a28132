-- Accounts, and the sessions by which people stay signed in.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- An e-mail address and a handle are compared without case. A deleted account keeps its row, so that what it said keeps
-- its place, and nothing that tells who it was.
create table account (
    id uuid primary key default gen_random_uuid(),
    email text,
    email_verified_at timestamptz,
    password_hash text,
    handle text not null,
    display_name text not null,
    bio text not null default '',
    avatar text,
    role text not null default 'viewer' check (role in ('viewer', 'creator', 'admin')),
    -- Moved by whatever must end the tokens that were given out before: a change of role, of password, a ban.
    authorization_version integer not null default 1,
    banned_until timestamptz, -- 'infinity' for good
    ban_reason text,
    muted_until timestamptz,
    created_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index account_email on account (lower(email)) where email is not null;
create unique index account_handle on account (lower(handle));
create index account_newest on account (created_at desc, id desc);

-- A session is a family of refresh tokens: each is used once, and a used one that comes again ends the whole family.
create table account_session (
    id uuid primary key default gen_random_uuid(),
    account uuid not null references account (id) on delete cascade,
    user_agent text not null default '',
    address text not null default '',
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index account_session_of on account_session (account, last_used_at desc);
create index account_session_old on account_session (expires_at);

create table refresh_token (
    hash bytea primary key, -- SHA-256 of the token: the token itself is kept by its owner alone
    session uuid not null references account_session (id) on delete cascade,
    issued_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index refresh_token_of on refresh_token (session);

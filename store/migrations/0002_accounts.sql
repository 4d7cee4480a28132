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
create index account_admins on account (id) where role = 'admin';

-- What an account can be found by, for those who look after accounts.
create function account_words(email text, handle text, display_name text) returns text
    language sql immutable parallel safe
    return lower(coalesce(email, '') || ' ' || handle || ' ' || display_name);
create index account_words on account using gin (account_words(email, handle, display_name) gin_trgm_ops);

-- A session is a family of refresh tokens of which one is good: each is used once, and a used one that comes again
-- ends the session. The row goes when the session ends; only the SHA-256 of the good token is kept.
create table account_session (
    id uuid primary key default gen_random_uuid(),
    account uuid not null references account (id) on delete cascade,
    refresh_hash bytea not null,
    user_agent text not null default '',
    address text not null default '',
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index account_session_of on account_session (account, last_used_at desc);
create index account_session_old on account_session (expires_at);

-- Who did what to whom, when and why; rows are only ever added. No actor: the operator, at the command line.
create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor uuid references account (id),
    act text not null,
    subject_kind text not null,
    subject_id text not null,
    reason text not null default '',
    details jsonb not null default '{}'
);
create index audit_log_of on audit_log (subject_kind, subject_id, id desc);
create index audit_log_by on audit_log (actor, id desc);

-- The answers to requests that were made under a key, given again when the same request comes again.

create table idempotent_request (
    owner text not null, -- who asked: a user's id, or an address
    key text not null,
    fingerprint bytea not null, -- SHA-256 of what was asked
    created_at timestamptz not null default now(),
    running_until timestamptz not null, -- whoever works on it has ended by then, however that went
    status integer, -- null while the request is under way
    headers json,
    body bytea,
    primary key (owner, key)
);
create index idempotent_request_oldest on idempotent_request (created_at);
create index idempotent_request_of on idempotent_request (owner, created_at desc);

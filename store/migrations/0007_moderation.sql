-- Moderation: what people reported, words that nobody may write, and the record of what moderators do in rooms.

-- What is reported is named by text, not by reference: it stands in rooms, in the catalog or among the accounts.
-- `excerpt` is how it read when it was reported, whatever its author makes of it later.
create table report (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('post', 'thread', 'video', 'comment', 'user')),
    subject text not null,
    thread text not null default '', -- of a post, the id of its thread
    author text not null default '', -- an account's id in text, or a guest's
    author_name text not null default '',
    excerpt text not null default '',
    reporter uuid not null references account (id),
    reason text not null,
    created_at timestamptz not null default now(),
    resolved_at timestamptz,
    resolved_by uuid references account (id),
    action text,
    resolution text not null default ''
);
create unique index report_once on report (reporter, kind, thread, subject) where resolved_at is null;
create index report_open on report (created_at, id) where resolved_at is null;
create index report_resolved on report (resolved_at desc, id desc) where resolved_at is not null;
create index report_about on report (kind, thread, subject) where resolved_at is null;

create table word_filter (
    only_row boolean primary key default true check (only_row),
    words text[] not null default '{}',
    version integer not null default 1
);
insert into word_filter default values;

create index audit_log_act on audit_log (act, id desc);

-- What a moderator does in a thread is noted in the transaction of the event, whichever way the command came. One who
-- has no account, such as a program with a token of its own, stands in the details.
create function forum_take_audit() returns trigger language plpgsql as $$
begin
    if not exists (select from fresh where not creates and subject is not null) then
        return null;
    end if;
    execute $statement$
    insert into audit_log (at, actor, act, subject_kind, subject_id, reason, details)
    select event_time(said), account.id, 'thread.' || (said->>'type'),
        case when subject = thread_subject() then 'thread' else 'post' end,
        case when subject = thread_subject() then thread.id else thread.id || '/' || subject end,
        coalesce(said->>'reason', ''),
        said - array['type', 'id', 'at', 'reason'] - case when account.id is null then '' else 'user' end
    from fresh join thread using (life) cross join lateral event_fields(data) as said
        left join forum_post as post on post.life = fresh.life and post.id = fresh.subject
        left join account on account.id = account_id_of(said->'user'->>'id')
    where not creates and (
        said->>'type' in ('hide', 'unhide', 'lock', 'unlock', 'pin', 'unpin', 'withdraw', 'restore', 'slow')
        or (said->>'type' = 'delete' and post.author <> said->'user'->>'id')
        or (said->>'type' in ('title', 'solve', 'unsolve') and thread.author <> said->'user'->>'id')
    )
    order by fresh.life, fresh."offset"
    $statement$;
    return null;
end $$;

create trigger event_forum_4_audit after insert on event referencing new table as fresh
    for each statement execute function forum_take_audit();

-- A post is found by its id in the log, whose index of what events create knows it already: an index of ids on the posts
-- themselves took a sixth of the time of each commit.

create or replace function forum_take_changes() returns trigger language plpgsql as $$
begin
    if not exists (select from fresh where not creates and subject is not null) then
        return null;
    end if;

    -- Of what one person said about one emoji, the last word counts.
    execute $statement$
    with word as (
        select distinct on (1, 2, 3, 4) life, subject as post, said->>'emoji' as emoji, said->'user'->>'id' as author,
            "offset", said->>'type' = 'react' as given
        from fresh join thread using (life) cross join lateral event_fields(data) as said
        where not creates and said->>'type' in ('react', 'unreact')
        order by 1, 2, 3, 4, "offset" desc
    ), taken_back as (
        delete from forum_reaction as known using word
        where not given and known.life = word.life and known.post = word.post and known.emoji = word.emoji
            and known.author = word.author
    )
    insert into forum_reaction (life, post, emoji, author, "offset")
    select life, post, emoji, author, "offset" from word where given
    on conflict (life, post, emoji, author) do update set "offset" = excluded."offset"
    $statement$;

    execute $statement$
    delete from forum_reaction as known using fresh
    where known.life = fresh.life and known.post = fresh.subject
        and not fresh.creates and event_fields(fresh.data)->>'type' = 'delete'
    $statement$;

    execute $statement$
    with changed as (
        select life, subject as id,
            (array_agg(said order by "offset" desc) filter (where said->>'type' = 'edit'))[1] as edit,
            (array_agg(said order by "offset" desc) filter (where said->>'type' = 'delete'))[1] as deletion,
            (array_agg(said order by "offset" desc) filter (where said->>'type' in ('hide', 'unhide')))[1] as veil
        from fresh join thread using (life) cross join lateral event_fields(data) as said
        where not creates and subject <> thread_subject()
        group by life, subject
    )
    update forum_post as post set
        text = case when deletion is null then coalesce(edit->>'text', text) else '' end,
        edited_at = coalesce(event_time(edit), edited_at),
        deleted_at = coalesce(event_time(deletion), deleted_at),
        hidden_at = case when veil is null then hidden_at when veil->>'type' = 'hide' then event_time(veil) end,
        hidden_reason = case when veil is null then hidden_reason when veil->>'type' = 'hide' then veil->>'reason' end,
        reactions = coalesce((
            select jsonb_agg(jsonb_build_object('emoji', emoji, 'count', count) order by first) from (
                select emoji, count(*) as count, min("offset") as first from forum_reaction as given
                where given.life = post.life and given.post = post.id group by emoji
            ) as counted
        ), '[]')
    from changed join event as made on made.life = changed.life and made.subject = changed.id and made.creates
    where post.life = made.life and post."offset" = made."offset"
    $statement$;

    execute $statement$
    with changed as (
        select life, count(*) as changes,
            (array_agg(said order by "offset" desc) filter (where said->>'type' in ('lock', 'unlock')))[1] as lock,
            (array_agg(said order by "offset" desc) filter (where said->>'type' in ('pin', 'unpin')))[1] as pin,
            (array_agg(said order by "offset" desc) filter (where said->>'type' in ('solve', 'unsolve')))[1] as answer,
            (array_agg(said order by "offset" desc) filter (where said->>'type' = 'title'))[1] as name,
            (array_agg(said order by "offset" desc) filter (where said->>'type' = 'slow'))[1] as pace,
            (array_agg(said order by "offset" desc) filter (where said->>'type' in ('withdraw', 'restore')))[1] as veil
        from fresh join thread using (life) cross join lateral event_fields(data) as said
        where not creates and subject = thread_subject()
        group by life
    )
    update thread set
        locked = coalesce(lock->>'type' = 'lock', locked),
        pinned = coalesce(pin->>'type' = 'pin', pinned),
        solved = case when answer is null then solved else answer->>'post' end,
        title = coalesce(name->>'title', title),
        tags = case when name is null then tags else array(select jsonb_array_elements_text(name->'tags')) end,
        slow_s = coalesce((pace->>'seconds')::integer, slow_s),
        hidden_at = case when veil is null then hidden_at when veil->>'type' = 'withdraw' then event_time(veil) end,
        version = version + changes
    from changed where thread.life = changed.life
    $statement$;
    return null;
end $$;

create or replace function forum_take_mentions() returns trigger language plpgsql as $$
begin
    if exists (
        select from fresh where case when strpos(data::text, '@') > 0 then data::text ~ '@[A-Za-z0-9_]{3}' end
    ) then
        execute $statement$
        insert into mention (account, life, "offset", at)
        select distinct account.id, post.life, post."offset", post.at
        from fresh join event as made on made.life = fresh.life and made.subject = fresh.subject and made.creates
            join forum_post as post on post.life = made.life and post."offset" = made."offset"
            cross join lateral event_fields(fresh.data) as said cross join lateral named_handles(said->>'text') as named
            join account on lower(account.handle) = named
        where said->>'type' in ('post', 'edit') and account.deleted_at is null and account.id::text <> post.author
        on conflict (account, life, "offset") do nothing
        $statement$;
    end if;
    return null;
end $$;

create or replace function forum_take_audit() returns trigger language plpgsql as $$
begin
    if not exists (select from fresh where not creates and subject is not null) then
        return null;
    end if;
    execute $statement$
    insert into audit_log (at, actor, act, subject_kind, subject_id, reason, details)
    select event_time(said), account.id, 'thread.' || (said->>'type'),
        case when fresh.subject = thread_subject() then 'thread' else 'post' end,
        case when fresh.subject = thread_subject() then thread.id else thread.id || '/' || fresh.subject end,
        coalesce(said->>'reason', ''),
        said - array['type', 'id', 'at', 'reason'] - case when account.id is null then '' else 'user' end
    from fresh join thread using (life) cross join lateral event_fields(fresh.data) as said
        left join event as made on made.life = fresh.life and made.subject = fresh.subject and made.creates
        left join forum_post as post on post.life = made.life and post."offset" = made."offset"
        left join account on account.id = account_id_of(said->'user'->>'id')
    where not fresh.creates and (
        said->>'type' in ('hide', 'unhide', 'lock', 'unlock', 'pin', 'unpin', 'withdraw', 'restore', 'slow')
        or (said->>'type' = 'delete' and post.author <> said->'user'->>'id')
        or (said->>'type' in ('title', 'solve', 'unsolve') and thread.author <> said->'user'->>'id')
    )
    order by fresh.life, fresh."offset"
    $statement$;
    return null;
end $$;

drop index forum_post_id;

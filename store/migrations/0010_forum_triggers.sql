-- The forum's triggers read each post once, and look for mentions only where there is an "@".
-- Lookups stay row by row or planned anew: a plan that was made while tables are tiny is kept for ever.

create or replace function event_time(fields jsonb) returns timestamptz language sql immutable parallel safe as $$
    select to_timestamp((fields->>'at')::double precision / 1000)
$$;

create or replace function forum_take_posts() returns trigger language plpgsql as $$
begin
    -- Threads that are met for the first time, or were begun anew. The lobby needs no opening.
    if exists (
        select from (select distinct life from fresh) as met
        where not exists (select from thread where thread.life = met.life)
    ) then
        insert into thread (
            id, life, board, title, tags, guests, pinned, author, author_name, created_at, last_post_at, bumped_at
        )
        select 'lobby', life, 'off-topic', 'The lobby', '{}', true, true, '', '', now(), now(), now()
        from channel_head where channel = 'thread:lobby' and life in (select life from fresh)
        union all
        select substr(channel, 8), life, said->>'board', said->>'title',
            array(select jsonb_array_elements_text(said->'tags')), (said->>'guests')::boolean, false,
            said->'user'->>'id', said->'user'->>'display_name', event_time(said), event_time(said), event_time(said)
        from fresh join channel_head using (life) cross join lateral event_fields(data) as said
        where creates and subject = thread_subject() and channel like 'thread:%' and channel <> 'thread:lobby'
        on conflict (id) do update set
            life = excluded.life, board = excluded.board, title = excluded.title, tags = excluded.tags,
            guests = excluded.guests, pinned = excluded.pinned, author = excluded.author,
            author_name = excluded.author_name, created_at = excluded.created_at, posts = 0, last_offset = 0,
            last_post_at = excluded.last_post_at, last_author = '', last_author_name = '',
            bumped_at = excluded.bumped_at, answered = false, locked = false, solved = null, slow_s = 0,
            hidden_at = null, version = 1;
    end if;

    with said as materialized (
        select life, "offset", subject, event_fields(data) as said from fresh where creates
    ), posted as (
        insert into forum_post (life, "offset", id, author, name, text, quote, at)
        select life, "offset", subject, coalesce(said->'user'->>'id', ''),
            coalesce(said->'user'->>'display_name', ''), coalesce(said->>'text', ''), said->>'quote', event_time(said)
        from said
        where said->>'type' = 'post' and (select true from thread where thread.life = said.life)
        returning life, "offset", author, name, at
    ), news as (
        select distinct on (life) count(*) over (partition by life) as posts, posted.*
        from posted order by life, "offset" desc
    )
    update thread set posts = thread.posts + news.posts, last_offset = "offset", last_post_at = at,
        last_author = news.author, last_author_name = name,
        bumped_at = case when at >= bumped_at + interval '1 second' then at else bumped_at end,
        answered = answered or thread.posts + news.posts > 1
    from news where thread.life = news.life and thread.life = any (array(select life from news));
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
        from fresh join forum_post as post on post.life = fresh.life and post.id = fresh.subject
            cross join lateral event_fields(data) as said cross join lateral named_handles(said->>'text') as named
            join account on lower(account.handle) = named
        where said->>'type' in ('post', 'edit') and account.deleted_at is null and account.id::text <> post.author
        on conflict (account, life, "offset") do nothing
        $statement$;
    end if;
    return null;
end $$;

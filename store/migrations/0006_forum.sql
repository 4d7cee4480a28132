-- The forum: boards, and what the rooms of threads have said, ready to be listed. The event log is the truth; the
-- tables below `board` follow it in the same transaction, by triggers on `event`, whichever way an event came.

create table board (
    slug text primary key,
    place integer not null,
    title text not null,
    about text not null default '',
    guests boolean not null default false, -- whether people without an account may write in its new threads
    restricted boolean not null default false, -- whether only moderators open threads
    version integer not null default 1
);
insert into board (place, slug, title, about, guests, restricted) values
    (1, 'announcements', 'Announcements', 'What is new on CosmoHub.', false, true),
    (2, 'launches', 'Launches', 'Countdowns, scrubs and lift-offs.', false, false),
    (3, 'iss', 'International Space Station', 'Crews, dockings and spotting the station.', false, false),
    (4, 'astrophotography', 'Astrophotography', 'Pictures of the sky, and how they were taken.', false, false),
    (5, 'engineering', 'Engineering', 'Engines, orbits and software that flies.', false, false),
    (6, 'watch-parties', 'Watch parties', 'When and what to watch together.', true, false),
    (7, 'off-topic', 'Off topic', 'Everything else, and the lobby.', true, false);

-- One row a thread. `life` is that of its channel thread:{id}: its posts are those of this life, so that a channel
-- begun anew begins with none. Authors are not references: the log never waits for a lock on an account.
-- The row of a busy thread is updated all the time, in place: no index has a column that each post changes.
-- `version` counts the events about the thread itself (opened, named, locked, …), as its room does, and not posts.
-- `solved` is the id of a post.
create table thread (
    id text primary key,
    life bigint,
    board text not null,
    title text not null,
    tags text[] not null default '{}',
    guests boolean not null default false,
    author text not null default '', -- an account's id in text, or a guest's
    author_name text not null default '',
    created_at timestamptz not null default now(),
    posts integer not null default 0,
    last_offset bigint not null default 0, -- of the last post
    last_post_at timestamptz not null default now(),
    last_author text not null default '',
    last_author_name text not null default '',
    bumped_at timestamptz not null default now(), -- its place among the others; moves once a second at most
    answered boolean not null default false, -- whether it has more than its first post
    pinned boolean not null default false,
    locked boolean not null default false,
    solved text,
    slow_s integer not null default 0,
    hidden_at timestamptz,
    version integer not null default 1
) with (fillfactor = 70);
create unique index thread_life on thread (life);
create index thread_active on thread (board, bumped_at desc, id desc) where not pinned and hidden_at is null;
create index thread_newest on thread (board, created_at desc, id desc) where not pinned and hidden_at is null;
create index thread_unanswered on thread (board, created_at desc, id desc)
    where not pinned and hidden_at is null and not answered;
create index thread_pinned on thread (board, bumped_at desc, id desc) where pinned and hidden_at is null;
create index thread_author on thread (author);

insert into thread (id, board, title, guests, pinned) values ('lobby', 'off-topic', 'The lobby', true, true);

-- `text` is the current one, empty once deleted; a hidden one keeps it, for moderators.
-- `reactions` is [{"emoji", "count"}], in the order in which the emoji came.
create table forum_post (
    life bigint not null,
    "offset" bigint not null,
    id text not null,
    author text not null,
    name text not null,
    text text not null,
    quote text, -- the id of another post of the thread
    at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    hidden_at timestamptz,
    hidden_reason text,
    reactions jsonb not null default '[]',
    primary key (life, "offset")
) with (fillfactor = 90);
create unique index forum_post_id on forum_post (life, id);
create index forum_post_author on forum_post (author);

create table forum_reaction (
    life bigint not null,
    post text not null,
    emoji text not null,
    author text not null,
    "offset" bigint not null,
    primary key (life, post, emoji, author)
);
create index forum_reaction_author on forum_reaction (author);

-- Who was named in a post: @handle. No reference to the account, for the reason above.
create table mention (
    account uuid not null,
    life bigint not null,
    "offset" bigint not null,
    at timestamptz not null,
    seen_at timestamptz,
    primary key (account, life, "offset")
);
create index mention_newest on mention (account, at desc, life desc, "offset" desc);
create index mention_unseen on mention (account) where seen_at is null;

-- Up to where somebody has read a thread.
create table thread_read (
    account uuid not null references account (id) on delete cascade,
    thread text not null references thread (id) on delete cascade,
    life bigint not null,
    "offset" bigint not null,
    primary key (account, thread)
);

-- From an event's life to its channel; lives never change under a head, so heads are still updated in place.
create unique index channel_head_life on channel_head (life);

-- What an event says, null where jsonb cannot hold it; a NUL becomes the sign for what cannot be shown. The hub writes
-- neither, nor any other \u escape of these: they come from older logs and foreign hands.
create function odd_fields(said text) returns jsonb language plpgsql immutable parallel safe as $$
begin
    return regexp_replace(said, '(?<!\\)((?:\\\\)*)\\u0000', '\1' || chr(65533), 'g')::jsonb;
exception when data_exception then
    return null;
end $$;

create function event_fields(data json) returns jsonb language sql immutable parallel safe as $$
    select case when strpos(data::text, '\u') = 0 then data::text::jsonb else odd_fields(data::text) end
$$;

create function event_time(fields jsonb) returns timestamptz language sql immutable parallel safe as $$
    select to_timestamp((fields->>'at')::numeric / 1000)
$$;

-- The handles named in a text, without case; no more than ten, for each costs a look.
create function named_handles(said text) returns setof text language sql immutable parallel safe as $$
    select distinct lower(found[1]) from (
        select regexp_matches(said, '(?<![A-Za-z0-9_.@/-])@([A-Za-z0-9_]{3,30})(?![A-Za-z0-9_@])', 'g') as found
        limit 10
    ) as named
$$;

-- Events about the thread itself have a subject that no message can have, since message ids are printable.
create function thread_subject() returns text language sql immutable parallel safe as $$ select E'\nthread' $$;

-- Somebody as lists show them, under the name by which they spoke; null for nobody.
create function speaker_card(author text, name text, person account) returns json language sql stable as $$
    select case when author <> '' then json_build_object(
        'id', author, 'display_name', name, 'handle', case when person.deleted_at is null then person.handle end,
        'avatar', person.avatar
    ) end
$$;

create function account_id_of(author text) returns uuid language sql immutable parallel safe as $$
    select case when author ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then author::uuid end
$$;

create view thread_card as
select
    thread.id,
    json_build_object(
        'id', thread.id, 'board', thread.board, 'title', thread.title, 'tags', thread.tags,
        'author', speaker_card(thread.author, thread.author_name, opener), 'posts', thread.posts,
        'created_at', wire_ms(thread.created_at), 'last_post_at', wire_ms(thread.last_post_at),
        'last_post_by', speaker_card(thread.last_author, thread.last_author_name, speaker),
        'last_offset', thread.last_offset, 'pinned', thread.pinned, 'locked', thread.locked,
        'solved', thread.solved is not null
    ) as card
from thread
    left join account as opener on opener.id = account_id_of(thread.author)
    left join account as speaker on speaker.id = account_id_of(thread.last_author);

-- Whoever gets here holds the heads of the channels of these events, taken in the order of their names. Whatever else
-- changes rows of these tables takes the heads first, in that order: so nobody waits in a circle, nor for an account.

-- A plan that is made while the tables are tiny stays in use while they grow: so what every batch runs is written as
-- lookups in an index, row by row, and what few batches run is planned anew each time (execute).

create function forum_take_posts() returns trigger language plpgsql as $$
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

    with posted as (
        insert into forum_post (life, "offset", id, author, name, text, quote, at)
        select life, "offset", subject, coalesce(said->'user'->>'id', ''),
            coalesce(said->'user'->>'display_name', ''), coalesce(said->>'text', ''), said->>'quote', event_time(said)
        from fresh cross join lateral event_fields(data) as said
        where creates and said->>'type' = 'post' and (select true from thread where thread.life = fresh.life)
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

create function forum_take_changes() returns trigger language plpgsql as $$
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
    from changed where post.life = changed.life and post.id = changed.id
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

create function forum_take_mentions() returns trigger language plpgsql as $$
begin
    if exists (select from fresh where strpos(data::text, '@') > 0 and data::text ~ '@[A-Za-z0-9_]{3}') then
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

-- What the log has already goes the same way. Triggers of one table run in the order of their names.
create temporary table past (like event) on commit drop;
create trigger past_1 after insert on past referencing new table as fresh
    for each statement execute function forum_take_posts();
create trigger past_2 after insert on past referencing new table as fresh
    for each statement execute function forum_take_changes();
insert into past select * from event order by life, "offset";
drop table past;

create trigger event_forum_1_posts after insert on event referencing new table as fresh
    for each statement execute function forum_take_posts();
create trigger event_forum_2_changes after insert on event referencing new table as fresh
    for each statement execute function forum_take_changes();
create trigger event_forum_3_mentions after insert on event referencing new table as fresh
    for each statement execute function forum_take_mentions();

-- How many posts of others stand behind an offset, as far as anybody counts.
create function unread_posts(of_life bigint, read_to bigint, reader text) returns bigint language sql stable as $$
    select count(*) from (
        select from forum_post
        where life = of_life and "offset" > read_to and author <> reader and deleted_at is null and hidden_at is null
        limit 999
    ) as counted
$$;

-- Takes somebody's name off what they said, when their account ends; what they said stays. The log keeps their name.
create function forget_author(account uuid, name_then text) returns void language plpgsql as $$
begin
    perform 1 from channel_head
    where life in (
        select life from forum_post where author = account::text
        union select life from thread where author = account::text
    )
    order by channel for update;
    update thread set author_name = name_then where author = account::text;
    update thread set last_author_name = name_then
    where last_author = account::text and life in (select life from forum_post where author = account::text);
    update forum_post set name = name_then where author = account::text;
    delete from mention where mention.account = forget_author.account;
    delete from thread_read where thread_read.account = forget_author.account;
end $$;

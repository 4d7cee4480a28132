-- Videos and what people do with them: categories, tags, assets, views, likes, history, lists, comments.

create table category (
    slug text primary key,
    title text not null,
    about text not null default '',
    position integer not null default 0,
    videos integer not null default 0, -- how many are listed
    version integer not null default 1
);
insert into category (slug, title, about, position) values
    ('launches', 'Launches', 'Rockets leaving the ground, from the pad to orbit', 10),
    ('iss', 'Space Station', 'Life and work aboard the International Space Station', 20),
    ('moon', 'Moon', 'Landings, orbiters and the way back', 30),
    ('mars', 'Mars', 'Rovers, orbiters and plans for people', 40),
    ('deep-space', 'Deep Space', 'Probes among the planets and beyond them', 50),
    ('earth', 'Earth', 'Our planet as seen from above', 60),
    ('astronomy', 'Astronomy', 'Telescopes, stars, galaxies and what they tell', 70),
    ('engineering', 'Engineering', 'How engines, suits and satellites are made', 80),
    ('documentaries', 'Documentaries', 'The long stories of space flight', 90),
    ('live', 'Live', 'As it happens', 100);

-- A tag is there once a video bears it; `videos` counts those that are listed.
create table tag (
    name text primary key,
    videos integer not null default 0
);
create index tag_prefix on tag (name text_pattern_ops);
create index tag_popular on tag (videos desc, name);

-- `state` is that of the media and moved by whoever works on it; `published_at` is the creator's word. What a creator
-- edits moves `version`; counters do not. `duration_s` is 0 while it is not known. What moderators hid is private, and
-- its creator shows it to nobody while `hidden_at` is set. `listed` says who is found by everybody. Rows are updated in place when only comments and likes move: room in the page keeps that off the indexes.
create table video (
    id uuid primary key default gen_random_uuid(),
    creator uuid not null references account (id),
    title text not null,
    description text not null default '',
    category text not null references category (slug),
    tags text[] not null default '{}',
    visibility text not null default 'public' check (visibility in ('public', 'unlisted', 'private', 'premium')),
    state text not null default 'draft' check (state in ('draft', 'uploaded', 'processing', 'ready', 'failed')),
    duration_s double precision not null default 0 check (duration_s >= 0),
    poster text,
    views bigint not null default 0 check (views >= 0),
    likes bigint not null default 0 check (likes >= 0),
    comments bigint not null default 0 check (comments >= 0),
    trending double precision not null default 0,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    published_at timestamptz,
    deleted_at timestamptz,
    deleted_by uuid references account (id),
    hidden_at timestamptz,
    listed boolean not null generated always as (
        published_at is not null and deleted_at is null and visibility in ('public', 'premium')
    ) stored
) with (fillfactor = 80);
create index video_newest on video (published_at desc, id desc) where listed;
create index video_popular on video (views desc, id desc) where listed;
create index video_trending on video (trending desc, id desc) where listed;
create index video_longest on video (duration_s desc, id desc) where listed;
create index video_category_newest on video (category, published_at desc, id desc) where listed;
create index video_category_popular on video (category, views desc, id desc) where listed;
create index video_category_trending on video (category, trending desc, id desc) where listed;
create index video_category_longest on video (category, duration_s desc, id desc) where listed;
create index video_creator_newest on video (creator, published_at desc, id desc) where listed;
create index video_of on video (creator, created_at desc, id desc);
create index video_tagged on video using gin (tags) with (fastupdate = off) where listed;
create index video_deleted on video (deleted_at) where deleted_at is not null;

-- What a video is made of: its source, posters, captions; a new upload is a new version of the asset, the old ones stay.
create table asset (
    id uuid primary key default gen_random_uuid(),
    video uuid not null references video (id) on delete cascade,
    kind text not null check (kind in ('source', 'poster', 'captions', 'thumbnails')),
    label text not null default '', -- the language of captions
    created_at timestamptz not null default now(),
    unique (video, kind, label)
);
create table asset_version (
    asset uuid not null references asset (id) on delete cascade,
    number integer not null check (number > 0),
    state text not null default 'uploaded' check (state in ('uploaded', 'processing', 'ready', 'failed')),
    content_type text not null,
    size_bytes bigint not null check (size_bytes >= 0),
    checksum text,
    place text not null, -- where the store keeps it; never shown
    trouble text, -- why it failed
    created_at timestamptz not null default now(),
    primary key (asset, number)
);
create table rendition (
    asset uuid not null,
    number integer not null,
    name text not null, -- 720p
    content_type text not null,
    width integer check (width > 0),
    height integer check (height > 0),
    bits_per_second bigint check (bits_per_second > 0),
    size_bytes bigint check (size_bytes >= 0),
    place text not null,
    created_at timestamptz not null default now(),
    primary key (asset, number, name),
    foreign key (asset, number) references asset_version (asset, number) on delete cascade
);

-- A viewer and session counts once a video. `seen_by` is a hash of both: nobody can be found by it.
create table video_view (
    video uuid not null references video (id) on delete cascade,
    seen_by bytea not null,
    at timestamptz not null default now(),
    primary key (video, seen_by)
);
create index video_view_at on video_view (at);

create table video_like (
    video uuid not null references video (id) on delete cascade,
    account uuid not null references account (id) on delete cascade,
    at timestamptz not null default now(),
    primary key (video, account)
);
create index video_like_of on video_like (account, at desc, video desc);

-- The watch history: where to go on, newest first.
create table watch_progress (
    account uuid not null references account (id) on delete cascade,
    video uuid not null references video (id) on delete cascade,
    position_s double precision not null check (position_s >= 0),
    at timestamptz not null default now(),
    primary key (account, video)
);
create index watch_progress_newest on watch_progress (account, at desc, video desc);
create index watch_progress_video on watch_progress (video);

create table saved_list (
    id uuid primary key default gen_random_uuid(),
    owner uuid not null references account (id) on delete cascade,
    title text not null,
    visibility text not null default 'private' check (visibility in ('public', 'unlisted', 'private')),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index saved_list_of on saved_list (owner, created_at desc, id desc);

-- Places have gaps between them, so that an item moves without its neighbours.
create table saved_list_item (
    list uuid not null references saved_list (id) on delete cascade,
    video uuid not null references video (id) on delete cascade,
    place bigint not null,
    added_at timestamptz not null default now(),
    primary key (list, video)
);
create index saved_list_item_place on saved_list_item (list, place, video);
create index saved_list_item_video on saved_list_item (video);

-- `at_s` is the moment of the video that a comment is about. A reply answers a comment that is none itself.
create table comment (
    id uuid primary key default gen_random_uuid(),
    video uuid not null references video (id) on delete cascade,
    author uuid not null references account (id),
    text text not null,
    at_s double precision check (at_s >= 0),
    reply_to uuid references comment (id) on delete cascade,
    replies integer not null default 0 check (replies >= 0),
    created_at timestamptz not null default now(),
    edited_at timestamptz,
    deleted_at timestamptz,
    hidden_at timestamptz,
    shown boolean not null generated always as (deleted_at is null and hidden_at is null) stored
);
create index comment_newest on comment (video, created_at desc, id desc) where reply_to is null;
create index comment_timed on comment (video, at_s, id) where reply_to is null and at_s is not null;
create index comment_replies on comment (reply_to, created_at, id) where reply_to is not null;
create index comment_deleted on comment (deleted_at) where deleted_at is not null;
create index comment_of on comment (author, created_at desc, id desc);

-- Counters are moved by triggers, in the transaction of what they count and whichever way it came. A statement moves
-- each counter once, in one order, so that two that touch many rows do not wait for each other.

create function move_listed(categories text[], tags text[], step integer) returns void language plpgsql as $$
begin
    perform 1 from category where slug = any(categories) order by slug for no key update;
    perform 1 from tag where name = any(tags) order by name for no key update;
    update category set videos = videos + step * moved.rows
    from (
        select slug, count(*) as rows from unnest(categories) as given (slug) group by slug
    ) as moved
    where category.slug = moved.slug;
    insert into tag as known (name, videos)
    select name, step * count(*) from unnest(tags) as given (name) group by name order by name
    on conflict (name) do update set videos = known.videos + excluded.videos;
end $$;

create function video_added() returns trigger language plpgsql as $$
begin
    perform move_listed(
        (select array_agg(category) from rows where listed),
        (select array_agg(name) from rows, unnest(tags) as name where listed), 1);
    return null;
end $$;
create trigger video_added after insert on video referencing new table as rows
    for each statement execute function video_added();

create function video_removed() returns trigger language plpgsql as $$
begin
    perform move_listed(
        (select array_agg(category) from rows where listed),
        (select array_agg(name) from rows, unnest(tags) as name where listed), -1);
    return null;
end $$;
create trigger video_removed after delete on video referencing old table as rows
    for each statement execute function video_removed();

-- Fires for the columns that matter alone: counters move all the time. What leaves and what comes is locked together
-- first, since one video may go from a to b while another goes from b to a.
create function video_moved() returns trigger language plpgsql as $$
begin
    perform 1 from category where slug in (old.category, new.category) order by slug for no key update;
    perform 1 from tag where name = any(old.tags || new.tags) order by name for no key update;
    if old.listed then perform move_listed(array[old.category], old.tags, -1); end if;
    if new.listed then perform move_listed(array[new.category], new.tags, 1); end if;
    return null;
end $$;
create trigger video_moved after update of visibility, published_at, deleted_at, category, tags on video for each row
    when ((old.listed, old.category, old.tags) is distinct from (new.listed, new.category, new.tags))
    execute function video_moved();

create function move_likes(videos uuid[], step integer) returns void language sql as $$
    select 1 from video where id = any(videos) order by id for no key update;
    update video set likes = likes + step * moved.rows
    from (select id, count(*) as rows from unnest(videos) as given (id) group by id) as moved
    where video.id = moved.id
$$;

create function like_added() returns trigger language plpgsql as $$
begin
    perform move_likes((select array_agg(video) from rows), 1);
    return null;
end $$;
create trigger like_added after insert on video_like referencing new table as rows
    for each statement execute function like_added();

create function like_removed() returns trigger language plpgsql as $$
begin
    perform move_likes((select array_agg(video) from rows), -1);
    return null;
end $$;
create trigger like_removed after delete on video_like referencing old table as rows
    for each statement execute function like_removed();

-- A comment counts while it is shown, for its video and for the comment that it answers.
create function move_comments(videos uuid[], answered uuid[], step integer) returns void language sql as $$
    select 1 from video where id = any(videos) order by id for no key update;
    update video set comments = comments + step * moved.rows
    from (select id, count(*) as rows from unnest(videos) as given (id) group by id) as moved
    where video.id = moved.id;
    update comment set replies = replies + step * moved.rows
    from (select id, count(*) as rows from unnest(answered) as given (id) group by id) as moved
    where comment.id = moved.id
$$;

create function comment_added() returns trigger language plpgsql as $$
begin
    perform move_comments(
        (select array_agg(video) from rows where shown),
        (select array_agg(reply_to) from rows where shown and reply_to is not null), 1);
    return null;
end $$;
create trigger comment_added after insert on comment referencing new table as rows
    for each statement execute function comment_added();

create function comment_removed() returns trigger language plpgsql as $$
begin
    perform move_comments(
        (select array_agg(video) from rows where shown),
        (select array_agg(reply_to) from rows where shown and reply_to is not null), -1);
    return null;
end $$;
create trigger comment_removed after delete on comment referencing old table as rows
    for each statement execute function comment_removed();

create function comment_shown_or_not() returns trigger language plpgsql as $$
begin
    perform move_comments(
        array[new.video], array_remove(array[new.reply_to], null), case when new.shown then 1 else -1 end);
    return null;
end $$;
create trigger comment_shown_or_not after update of deleted_at, hidden_at on comment for each row
    when (old.shown is distinct from new.shown) execute function comment_shown_or_not();

-- What everybody is shown. Who may see a video at all: everybody what is published, its creator and editors all of it.

create function may_see(seen video, viewer uuid, edits_any boolean) returns boolean language sql immutable as $$
    select (seen.published_at is not null and seen.deleted_at is null and seen.visibility <> 'private')
        or edits_any or coalesce(seen.creator = viewer, false)
$$;

create function wire_ms(at timestamptz) returns bigint language sql immutable as $$
    select (extract(epoch from at) * 1000)::bigint
$$;

create function person_card(person account) returns json language sql stable as $$
    select json_build_object(
        'id', person.id, 'display_name', person.display_name, 'handle', person.handle, 'avatar', person.avatar)
$$;

create view video_card as
select
    video.id,
    json_build_object(
        'id', video.id, 'title', video.title, 'description', left(video.description, 200),
        'category', video.category, 'tags', video.tags, 'duration_s', nullif(video.duration_s, 0),
        'poster', video.poster, 'creator', person_card(account), 'views', video.views, 'likes', video.likes,
        'comments', video.comments, 'published_at', wire_ms(video.published_at), 'visibility', video.visibility,
        'state', video.state
    ) as card
from video join account on account.id = video.creator;

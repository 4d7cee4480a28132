-- Search, suggestions and trending. What is found stands apart from what it is about: counters that move all the time
-- touch none of these indexes, and what nobody may see is not here at all. Triggers keep it up to date, in the
-- transaction of the change and whichever way it came.

-- Words by their stems, and words as they are; both without accents.
create text search configuration hub_text (copy = pg_catalog.english);
alter text search configuration hub_text
    alter mapping for word, hword, hword_part with unaccent, english_stem;
alter text search configuration hub_text
    alter mapping for numword, numhword, hword_numpart with unaccent, simple;
create text search configuration hub_words (copy = pg_catalog.simple);
alter text search configuration hub_words
    alter mapping for word, hword, hword_part, numword, numhword, hword_numpart with unaccent, simple;

-- A text as bare lower-case words with one blank between them. Punctuation, symbols and emoji are no words ("Crew-5" is
-- crew and 5); Chinese and Japanese, which have no blanks, are searched by the character.
create function search_plain(given text) returns text language sql stable strict parallel safe as $$
    select btrim(regexp_replace(
        regexp_replace(
            lower(unaccent(normalize(given, nfkc))),
            '([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])', ' \1 ', 'g'),
        '[\u0001-/:-@\[-`{-\u00bf\u2000-\u206f\u2190-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]+',
        ' ', 'g'))
$$;

-- `heading` has title (A) and extra (B: tags, a handle); `vector` has the body (C) as well. `key` is the plain title.
create table search_document (
    kind text not null,
    id text collate "C" not null,
    title text not null,
    extra text not null,
    body text not null,
    at timestamptz not null,
    hidden_until timestamptz, -- of somebody banned for a time
    key text collate "C" not null,
    heading tsvector not null,
    vector tsvector not null,
    primary key (kind, id)
) partition by list (kind);
create table search_video partition of search_document for values in ('video');
create table search_creator partition of search_document for values in ('creator');
create table search_thread partition of search_document for values in ('thread');
create index search_document_heading on search_document using gin (heading);
create index search_document_vector on search_document using gin (vector);
create index search_document_key on search_document (key, id);
create index search_document_newest on search_document (at desc, id desc);

-- The words there are, of which one that was mistyped may have been meant. A word may stand here twice when two
-- transactions bring it at once: were it unique, one would have to wait for the other, and the event log waits for nobody.
create table search_word (word text collate "C" not null);
create index search_word_same on search_word (word);
create index search_word_alike on search_word using gin (word gin_trgm_ops);

-- Terms of one meaning are searched as one. Written as `search_plain` writes them.
create table search_synonym (
    meaning text not null,
    term text not null check (term = search_plain(term) and term <> ''),
    primary key (meaning, term)
);
insert into search_synonym (meaning, term)
select terms[1], unnest(terms) from (values
    (array['iss', 'international space station']),
    (array['jwst', 'james webb space telescope', 'webb telescope', 'james webb']),
    (array['hst', 'hubble space telescope', 'hubble telescope']),
    (array['eva', 'spacewalk', 'space walk', 'extravehicular activity']),
    (array['esa', 'european space agency']),
    (array['jaxa', 'japan aerospace exploration agency', 'japanese space agency']),
    (array['nasa', 'national aeronautics and space administration']),
    (array['isro', 'indian space research organisation', 'indian space research organization']),
    (array['cnsa', 'china national space administration', 'chinese space agency']),
    (array['csa', 'canadian space agency']),
    (array['jpl', 'jet propulsion laboratory']),
    (array['ksc', 'kennedy space center', 'kennedy space centre']),
    (array['ula', 'united launch alliance']),
    (array['sls', 'space launch system']),
    (array['tiangong', 'chinese space station', 'china space station', 'css']),
    (array['mir', 'mir space station']),
    (array['leo', 'low earth orbit']),
    (array['geo', 'geostationary orbit', 'geosynchronous orbit']),
    (array['gto', 'geostationary transfer orbit']),
    (array['tli', 'trans lunar injection', 'translunar injection']),
    (array['eclss', 'environmental control and life support']),
    (array['rtg', 'radioisotope thermoelectric generator']),
    (array['mro', 'mars reconnaissance orbiter']),
    (array['msl', 'mars science laboratory', 'curiosity rover']),
    (array['lro', 'lunar reconnaissance orbiter']),
    (array['clps', 'commercial lunar payload services']),
    (array['hls', 'human landing system']),
    (array['emu', 'extravehicular mobility unit', 'spacesuit', 'space suit']),
    (array['srb', 'solid rocket booster']),
    (array['ssme', 'space shuttle main engine', 'rs 25', 'rs25']),
    (array['lox', 'liquid oxygen']),
    (array['lh2', 'liquid hydrogen']),
    (array['rcs', 'reaction control system']),
    (array['cme', 'coronal mass ejection']),
    (array['aurora', 'northern lights', 'aurora borealis']),
    (array['neo', 'near earth object']),
    (array['dart', 'double asteroid redirection test']),
    (array['seti', 'search for extraterrestrial intelligence']),
    (array['elt', 'extremely large telescope']),
    (array['vlt', 'very large telescope']),
    (array['cosmonaut', 'astronaut', 'taikonaut']),
    (array['liftoff', 'lift off', 'launch']),
    (array['splashdown', 'splash down']),
    (array['flyby', 'fly by']),
    (array['f9', 'falcon 9', 'falcon nine'])
) as given (terms);

-- What is to be said of a document, in this one place; an `at` of null takes it away.
create type search_entry as (
    kind text, id text, title text, extra text, body text, at timestamptz, hidden_until timestamptz);

create function search_put(entries search_entry[]) returns void language sql as $$
    delete from search_document as document using unnest(entries) as entry
    where document.kind = entry.kind and document.id = entry.id and entry.at is null;

    insert into search_document (kind, id, title, extra, body, at, hidden_until, key, heading, vector)
    select kind, id, title, extra, body, at, hidden_until, title_plain, heading,
        heading || setweight(to_tsvector('hub_text', search_plain(body)), 'C')
    from unnest(entries) as entry,
        lateral (select search_plain(title), search_plain(extra)) as plain (title_plain, extra_plain),
        lateral (select
            setweight(to_tsvector('hub_text', title_plain) || to_tsvector('hub_words', title_plain), 'A')
            || setweight(to_tsvector('hub_text', extra_plain) || to_tsvector('hub_words', extra_plain), 'B')
        ) as weighted (heading)
    where at is not null order by kind, id
    on conflict (kind, id) do update set
        title = excluded.title, extra = excluded.extra, body = excluded.body, at = excluded.at,
        hidden_until = excluded.hidden_until, key = excluded.key, heading = excluded.heading, vector = excluded.vector;

    insert into search_word (word)
    select distinct found.word
    from unnest(entries) as entry,
        regexp_split_to_table(search_plain(concat_ws(' ', title, extra, body)), ' ') as found (word)
    where at is not null and length(found.word) between 4 and 40
        and not exists (select from search_word as known where known.word = found.word)
$$;

create function search_put_videos(ids uuid[]) returns void language sql as $$
    select search_put(array_agg(row('video', id::text, title, array_to_string(tags, ' '), description,
        case when listed then published_at end, null)::search_entry))
    from video where id = any(ids)
$$;

-- Who may publish is a creator.
create function search_put_creators(ids uuid[]) returns void language sql as $$
    select search_put(array_agg(row('creator', id::text, display_name, handle, bio,
        case when deleted_at is null and role in ('creator', 'admin') then created_at end,
        banned_until)::search_entry))
    from account where id = any(ids)
$$;

-- A thread is found by the post that opened it, too: the second event of its room. The lobby has no such post.
create function search_put_threads(ids text[]) returns void language sql as $$
    select search_put(array_agg(row('thread', thread.id, thread.title, array_to_string(thread.tags, ' '),
        coalesce(post.text, ''), case when thread.hidden_at is null then thread.created_at end, null)::search_entry))
    from thread left join forum_post as post
        on post.life = thread.life and post."offset" = 2 and post.hidden_at is null and post.deleted_at is null
            and thread.id <> 'lobby'
    where thread.id = any(ids)
$$;

create function search_take_away() returns trigger language plpgsql as $$
begin
    delete from search_document where kind = tg_argv[0] and id in (select id::text from rows);
    return null;
end $$;

create function search_take_videos() returns trigger language plpgsql as $$
begin
    perform search_put_videos((select array_agg(id) from rows));
    return null;
end $$;
create function search_take_video() returns trigger language plpgsql as $$
begin
    perform search_put_videos(array[new.id]);
    return null;
end $$;
create trigger video_search_added after insert on video referencing new table as rows
    for each statement execute function search_take_videos();
create trigger video_search_removed after delete on video referencing old table as rows
    for each statement execute function search_take_away('video');
create trigger video_search_moved after update of title, description, tags, visibility, published_at, deleted_at
    on video for each row
    when ((old.title, old.description, old.tags, old.listed, old.published_at)
        is distinct from (new.title, new.description, new.tags, new.listed, new.published_at))
    execute function search_take_video();

create function search_take_creators() returns trigger language plpgsql as $$
begin
    perform search_put_creators((select array_agg(id) from rows));
    return null;
end $$;
create function search_take_creator() returns trigger language plpgsql as $$
begin
    perform search_put_creators(array[new.id]);
    return null;
end $$;
create trigger account_search_added after insert on account referencing new table as rows
    for each statement execute function search_take_creators();
create trigger account_search_removed after delete on account referencing old table as rows
    for each statement execute function search_take_away('creator');
create trigger account_search_moved after update of display_name, handle, bio, role, deleted_at, banned_until
    on account for each row
    when ((old.display_name, old.handle, old.bio, old.role, old.deleted_at, old.banned_until)
        is distinct from (new.display_name, new.handle, new.bio, new.role, new.deleted_at, new.banned_until))
    execute function search_take_creator();

create function search_take_threads() returns trigger language plpgsql as $$
begin
    perform search_put_threads((select array_agg(id) from rows));
    return null;
end $$;
create function search_take_thread() returns trigger language plpgsql as $$
begin
    perform search_put_threads(array[new.id]);
    return null;
end $$;
create function search_take_opening() returns trigger language plpgsql as $$
begin
    perform search_put_threads(array(select id from thread where life = new.life));
    return null;
end $$;
create trigger thread_search_added after insert on thread referencing new table as rows
    for each statement execute function search_take_threads();
create trigger thread_search_removed after delete on thread referencing old table as rows
    for each statement execute function search_take_away('thread');
create trigger thread_search_moved after update of title, tags, hidden_at, life on thread for each row
    when ((old.title, old.tags, old.hidden_at, old.life) is distinct from (new.title, new.tags, new.hidden_at, new.life))
    execute function search_take_thread();
create trigger forum_post_search_opened after insert on forum_post for each row
    when (new."offset" = 2) execute function search_take_opening();
create trigger forum_post_search_moved after update of text, hidden_at, deleted_at on forum_post for each row
    when (new."offset" = 2
        and (old.text, old.hidden_at, old.deleted_at) is distinct from (new.text, new.hidden_at, new.deleted_at))
    execute function search_take_opening();

select search_put_videos(array(select id from video));
select search_put_creators(array(select id from account));
select search_put_threads(array(select id from thread));

-- What is looked for: all of `terms`, each a query in PostgreSQL's words, by stems or as they are. Words that say
-- nothing, such as "the", count only when there are no others.
create function search_query(terms text[]) returns tsquery language plpgsql stable parallel safe
set client_min_messages = warning as $$
declare
    wanted tsquery := '';
    stems tsquery;
    term text;
begin
    foreach term in array terms loop
        stems := to_tsquery('hub_text', term);
        if numnode(stems) > 0 then
            wanted := wanted && (stems || to_tsquery('hub_words', term));
        end if;
    end loop;
    if numnode(wanted) = 0 then
        foreach term in array terms loop
            wanted := wanted && to_tsquery('hub_words', term);
        end loop;
    end if;
    return wanted;
end $$;

-- A text with each hit between \x01 and \x02, and \x03 to be left out; no text has these, for control characters are
-- refused. PostgreSQL reads "Crew-5" as a word and a negative number, and Japanese as one long word: \x03 keeps the
-- pieces apart. `options` as for ts_headline.
create function search_marked(given text, query tsquery, options text) returns text language sql stable parallel safe as $$
    select ts_headline('hub_text',
        regexp_replace(translate(left(given, 5000), E'\x01\x02\x03', ''),
            '([!-/:-@\[-`{-~\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])', E'\x03\\1\x03', 'g'),
        query, E'StartSel="\x01", StopSel="\x02", ' || options)
$$;

-- Words that look like `said`, or that begin with what looks like it, the most alike first.
create function search_alike(said text, unfinished boolean) returns setof text language sql stable parallel safe
set pg_trgm.similarity_threshold = 0.2 set pg_trgm.word_similarity_threshold = 0.4 as $$
    select word from (
        select word, similarity(word, said) as alike from search_word where word % said
        union
        select word, word_similarity(said, word) from search_word where unfinished and said <% word
    ) as near
    where word <> said group by word order by max(alike) desc, word limit 40
$$;

-- Trending: the sum of all views, each halved every 24 h. A view at time t, in days since 1970, weighs 2^t for ever, for
-- 2^-(now - t) = 2^t / 2^now, and what divides all videos alike changes no order. So no score is ever rewritten because
-- time went by. 2^20000 fits nowhere: `trending` is log2 of the sum, and 0 before the first view.
create function trending_after(score double precision, views bigint, at timestamptz) returns double precision
language sql immutable parallel safe as $$
    select case
        when views <= 0 then score
        when score = 0 then news
        else greatest(score, news) + ln(1 + power(2, greatest(-abs(score - news), -1000))) / ln(2)
    end
    from (select extract(epoch from at)::double precision / 86400 + ln(greatest(views, 1)) / ln(2)) as given (news)
$$;

create function video_watched() returns trigger language plpgsql as $$
begin
    new.trending := trending_after(old.trending, new.views - old.views, now());
    return new;
end $$;
create trigger video_watched before update of views on video for each row
    when (new.views > old.views) execute function video_watched();
update video set trending = trending_after(0, views, coalesce(published_at, created_at)) where views > 0;

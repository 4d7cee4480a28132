"""What goes when an account is deleted, besides its own row; a new place that knows people is a line here.

What people said to others stays, without their name; so does a video that moderators hid. What only they
could see, and what ties them to others, goes.
"""

from collections.abc import Mapping

ERASURES: Mapping[str, str] = {
    "links": "delete from account_link where account = $1",
    "Google": "delete from google_identity where account = $1",
    "avatar": "delete from avatar where account = $1",
    "follows": "delete from follow where follower = $1 or followed = $1",
    "watch history": "delete from watch_progress where account = $1",
    "lists": "delete from saved_list where owner = $1",
    "names and marks in the forum": "select forget_author($1, 'Deleted account')",
    "invitations to watch parties": "delete from party_invite where maker = ($1::uuid)::text",
    "parties they came to": "delete from party_invite_use where person = ($1::uuid)::text",
    "videos that nobody else saw": """
        delete from video where creator = $1 and hidden_at is null
            and (published_at is null or visibility = 'private' or deleted_at is not null)
    """,
    "names in reports": """
        update report set author_name = 'Deleted account',
            excerpt = case when kind <> 'user' then excerpt else '' end
        where author = ($1::uuid)::text
    """,
}
"""What is erased: a statement each, in this order, in the deletion's transaction; $1 is the account's id."""

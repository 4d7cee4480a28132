"""Who is in which channel: named up to a bound, counted exactly, forgotten when gone."""

from rooms.presence import PRESENCE_CLIENTS_MAX, Presence, PresenceCount

LOBBY = "thread:lobby"


def info(client: str, user: str = "") -> dict[str, str]:
    return {"client": client, "user": user}


def test_who_enters_is_there_until_it_leaves() -> None:
    presence = Presence()
    presence.enter(LOBBY, "1", info("1", "ada"))
    presence.enter(LOBBY, "2", info("2", "bob"))
    presence.enter("thread:other", "1", info("1", "ada"))
    assert presence.clients(LOBBY) == {"1": info("1", "ada"), "2": info("2", "bob")}
    presence.leave(LOBBY, "1")
    presence.leave(LOBBY, "1")
    assert list(presence.clients(LOBBY)) == ["2"]
    assert list(presence.clients("thread:other")) == ["1"]


def test_people_are_counted_once_and_every_anonymous_reader_is_one() -> None:
    presence = Presence()
    for client, user in (("1", "ada"), ("2", "ada"), ("3", "bob"), ("4", ""), ("5", "")):
        presence.enter(LOBBY, client, info(client, user))
    assert presence.count(LOBBY) == PresenceCount(clients=5, users=4)
    assert presence.count("thread:other") == PresenceCount(clients=0, users=0)


def test_who_enters_twice_is_there_once() -> None:
    presence = Presence()
    presence.enter(LOBBY, "1", info("1", "ada"))
    presence.enter(LOBBY, "1", info("1", "eve"))
    assert presence.clients(LOBBY) == {"1": info("1", "eve")}


def test_an_empty_channel_is_forgotten() -> None:
    presence = Presence()
    for number in range(100):
        presence.enter(f"thread:{number}", "1", info("1"))
        presence.leave(f"thread:{number}", "1")
    presence.leave("thread:never", "1")
    assert presence._channels == {}


def test_of_a_crowd_only_the_first_are_named() -> None:
    presence = Presence()
    most = PRESENCE_CLIENTS_MAX
    for number in range(most + 5):
        presence.enter(LOBBY, str(number), info(str(number)))
    assert list(presence.clients(LOBBY)) == [str(number) for number in range(most)]
    assert presence.count(LOBBY).clients == most + 5


def test_what_is_given_out_is_a_copy() -> None:
    presence = Presence()
    presence.enter(LOBBY, "1", info("1"))
    presence.clients(LOBBY).clear()
    assert list(presence.clients(LOBBY)) == ["1"]

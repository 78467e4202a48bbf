"""Messages over a connection that loses some, repeats some, and breaks."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from app.cluster.numbered import Inbox, Outbox


@given(st.lists(st.sampled_from(["put", "lose", "deliver", "acknowledge", "again"]), max_size=60))
def test_each_message_arrives_once_and_in_order_whatever_is_lost_and_repeated(happenings):
    on_the_way: list[list[tuple[int, int]]] = []
    outbox, inbox = Outbox[int](on_the_way.append, most=100), Inbox[int]()
    arrived: list[int] = []
    put = 0
    for happening in [*happenings, "again", "deliver"]:
        if happening == "put":
            outbox.put(put)
            put += 1
        elif happening == "lose":
            on_the_way.clear()
        elif happening == "deliver":
            for messages in on_the_way:
                arrived += [message for _, message in inbox.take(messages)]
        elif happening == "acknowledge":
            outbox.acknowledge(inbox.last)
        else:
            outbox.send_again()
    assert arrived == list(range(put))


def test_a_full_outbox_lets_the_sender_wait_until_there_is_room():
    outbox = Outbox[str](lambda numbered: None, most=2, most_bytes=10)
    outbox.put("a", 10)
    assert not outbox.put_now("b")
    waits = threading.Thread(target=outbox.put, args=("b",))
    waits.start()
    outbox.acknowledge(1)
    waits.join()
    outbox.put("c")
    assert not outbox.put_now("d")
    assert outbox.put_now("the end", always=True)
    outbox.close()
    outbox.put("e")  # nobody waits for it: it is dropped at once
    assert outbox.is_empty

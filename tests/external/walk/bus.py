"""FOLIO's events from a real message bus: at least once in, exactly once stored (issue 5; contract folio 4.5).

bus.py <binary built with the feature kafka> <broker, such as 127.0.0.1:9092> [sqlite] [postgres]

The broker is any that speaks Kafka's protocol and keeps what it takes. Needs `confluent-kafka` beside requirements.txt. Two
instances of one group share the partitions on PostgreSQL, one takes them all on SQLite; each is killed in the middle,
and each event is sent twice.
"""

import json
import os
import signal
import sys
import time
import uuid

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from house import NEIGHBOUR, Failure, House, check, same

ORDERS, EVENTS, PARTITIONS = 20, 3000, 3
GROUP = "walk"


def event(number, order):
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{order}/{number}")), "action": "Edit", "orderId": order,
            "userId": "28d10cfc-d137-11e6-bf26-cec0c9329904", "eventDate": "2026-05-06T07:08:09.250Z",
            "actionDate": "2026-05-06T07:08:09.125Z", "orderSnapshot": {"id": order, "number": number}}


def flags(house, broker, environment):
    return ["--bus-brokers", broker, "--bus-environment", environment, "--bus-group", GROUP,
            "--bus-set-aside", os.path.join(house.work, "aside.ndjson")]


def second(house, words):
    """Another instance on the same store."""
    other = House.__new__(House)
    other.__dict__.update(house.__dict__)
    other.port, other.demonstration = 0, "off"
    return other.start(*words)


def total(house, order):
    headers = {"x-okapi-tenant": NEIGHBOUR, "x-okapi-token": house.token("nora.owner")}
    told = house.send("GET", f"/audit-data/acquisition/order/{order}?limit=1", headers=headers)
    check(told.status_code == 200, told.text)
    return told.json()["totalItems"]


def reached(broker, topic):
    """How many messages the group has said it is done with, and how many there are."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": GROUP})
    try:
        parts = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        done = sum(max(part.offset, 0) for part in consumer.committed(parts, timeout=20))
        return done, sum(consumer.get_watermark_offsets(part, timeout=20)[1] for part in parts)
    finally:
        consumer.close()


def walk(binary, broker, store):
    house = House(binary, store)
    environment = f"walk{uuid.uuid4().hex[:8]}"
    topic = f"{environment}.Default.{NEIGHBOUR}.ACQ_ORDER_CHANGED"
    try:
        admin = AdminClient({"bootstrap.servers": broker})
        admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(20)
        words = flags(house, broker, environment)
        house.start(*words)
        others = [second(house, words)] if store == "postgres" else []
        orders = [str(uuid.uuid4()) for _ in range(ORDERS)]
        producer = Producer({"bootstrap.servers": broker})
        for number in range(EVENTS):
            text = json.dumps(event(number, orders[number % ORDERS]))
            for _ in range(2):
                producer.produce(topic, text, key=orders[number % ORDERS], partition=number % PARTITIONS)
            if number % 1000 == 500:
                producer.produce(topic, '{"id": "no identifier"}', partition=0)
            if number % 750 == 749:
                producer.flush(60)
                time.sleep(0.3)
                for one in [house, *others]:
                    one.process.send_signal(signal.SIGKILL)
                    one.process.wait()
                    one.start(*words)
        check(producer.flush(60) == 0, "the broker did not take everything")
        sent = 2 * EVENTS + EVENTS // 1000
        end = time.monotonic() + 180
        while reached(broker, topic) != (sent, sent):
            check(time.monotonic() < end, f"{reached(broker, topic)} of {sent} done with: {house.said()}")
            time.sleep(1)
        same([total(house, order) for order in orders], [EVENTS // ORDERS] * ORDERS, "events of each order")
        with open(os.path.join(house.work, "aside.ndjson"), encoding="utf-8") as file:
            aside = {(told["partition"], told["offset"]) for told in map(json.loads, file)}
        same(len(aside), EVENTS // 1000, "set aside")
        house.stop()
        for one in others:
            one.stop()
        check("clean" in house.command("verify", "--organization", NEIGHBOUR), "the trail does not verify")
        print(f"bus {store}: {sent} messages, each event sent twice, every instance killed {EVENTS // 750} times: {EVENTS} "
              f"events stored once, {len(aside)} messages set aside, all offsets committed, verify clean", flush=True)
    finally:
        house.finish()


if __name__ == "__main__":
    failed = 0
    for chosen in sys.argv[3:] or ["sqlite", "postgres"]:
        try:
            walk(sys.argv[1], sys.argv[2], chosen)
        except Failure as fault:
            failed += 1
            print(f"bus {chosen}: FAILED: {fault}", flush=True)
    sys.exit(1 if failed else 0)

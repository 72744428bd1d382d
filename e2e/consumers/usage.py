"""Totals usage per user: reads every domain topic from the beginning with Confluent's stock client.

It knows nothing of Atelier but docs/events.md: the topics, the registry's address, and the fields of the events.

    python usage.py --bootstrap localhost:9092 --registry http://localhost:8081
    python usage.py --bootstrap localhost:9092 --registry http://localhost:8081 --tenant ten_…
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from decimal import Decimal

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPICS = ["users", "tenants", "projects", "sessions", "inspections", "billing"]
ENDINGS = {"GenerationCompleted", "GenerationFailed", "GenerationCancelled"}
TOKENS = ["prompt_tokens", "completion_tokens", "total_tokens"]


def main():
    options = arguments()
    try:
        report = Report()
        for message, event in events(options):
            if is_of(options.tenant, message, event):
                report.take(headers(message)["event-type"], event)
    except KafkaException as error:
        sys.exit(f"Kafka at {options.bootstrap}: {error.args[0].str()}")
    except Unreadable as error:
        sys.exit(str(error))
    print(json.dumps(report.totals(), indent=2, sort_keys=True))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", required=True, help="Kafka's address")
    parser.add_argument("--registry", required=True, help="the schema registry's address")
    parser.add_argument("--tenant", help="only what happened in this organisation, by id")
    parser.add_argument("--prefix", default="atelier.", help="begins the name of every topic")
    return parser.parse_args()


class Unreadable(Exception):
    """A record that could not be decoded, and where it is."""


def events(options):
    """Every event that is there now, each once: (message, decoded event)."""
    registry = SchemaRegistryClient({"url": options.registry, "max.retries": 1})
    decode = AvroDeserializer(registry)
    seen = {}
    for message in messages(options):
        place = (message.topic(), message.partition())
        position = int(headers(message).get("position", 0))
        if position and position <= seen.get(place, 0):
            continue  # a repeat after a crash of the relay
        seen[place] = position
        try:
            context = SerializationContext(message.topic(), MessageField.VALUE, message.headers())
            yield message, decode(message.value(), context)
        except Exception as error:  # whatever the client raises: the place is what helps
            raise Unreadable(f"{place[0]}[{place[1]}]@{message.offset()}: {error or type(error).__name__}") from error


def messages(options):
    """All records of the domain topics, up to the ends they have now."""
    consumer = Consumer({
        "bootstrap.servers": options.bootstrap,
        "group.id": f"{options.prefix}stranger",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "socket.connection.setup.timeout.ms": 5000,
    })
    try:
        open_ends = ends(consumer, [options.prefix + topic for topic in TOPICS])
        consumer.assign([TopicPartition(*place, 0) for place in open_ends])
        while open_ends:
            message = consumer.poll(30)
            if message is None:
                sys.exit(f"Kafka at {options.bootstrap} sends nothing any more; still open: {sorted(open_ends)}")
            if message.error():
                raise KafkaException(message.error())
            place = (message.topic(), message.partition())
            if message.offset() + 1 >= open_ends.get(place, 0):
                open_ends.pop(place, None)
            yield message
    finally:
        consumer.close()


def ends(consumer, topics):
    """The partitions that hold anything, with the offset after their last record."""
    found = {}
    for topic in topics:
        metadata = consumer.list_topics(topic, timeout=10).topics[topic]
        if metadata.error:
            raise KafkaException(metadata.error)
        for partition in metadata.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            if high > low:
                found[topic, partition] = high
    return found


def is_of(tenant, message, event):
    """Whether it happened in this organisation. What the event itself says counts: headers are for routing."""
    said = event["envelope"]["tenant_id"]
    if said != headers(message).get("tenant-id"):
        place = f"{message.topic()}[{message.partition()}]@{message.offset()}"
        raise Unreadable(f"{place}: its header and its envelope name two organisations")
    return tenant is None or said == tenant


def headers(message):
    return {name: value.decode() for name, value in message.headers() or []}


class Report:
    """Who asked for which answer, and what each answer cost. Events of one session come in order."""

    def __init__(self):
        self.types = Counter()
        self.asked_by = {}
        self.ended = []

    def take(self, event_type, event):
        self.types[event_type] += 1
        if event_type == "MessagePosted":
            self.asked_by[event["generation_id"]] = event["author"]
        if event_type in ENDINGS and event["outcome"]:
            self.ended.append((event["generation_id"], event["outcome"]))

    def totals(self):
        users = defaultdict(lambda: {"answers": 0, "cost": Decimal(0), **dict.fromkeys(TOKENS, 0)})
        for generation, outcome in self.ended:
            user = users[self.asked_by[generation]]
            user["answers"] += 1
            user["cost"] += Decimal(outcome["cost"]["amount"])
            for name in TOKENS:
                user[name] += outcome["usage"][name]
        shown = {user: {**usage, "cost": format(usage["cost"].normalize(), "f")} for user, usage in users.items()}
        return {"events": self.types.total(), "types": dict(self.types), "users": shown}


if __name__ == "__main__":
    main()

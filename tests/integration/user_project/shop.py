"""What a user has: a shop that announces orders, and a service that bills them."""

from __future__ import annotations

from confluent_kafka import Consumer, Producer

PATIENCE_S = 30.0


class Shop:
    """Announces each order on a topic, by customer."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._producer = Producer({"bootstrap.servers": bootstrap})
        self._topic = topic

    def sell(self, customer: str, article: str) -> None:
        self._producer.produce(self._topic, key=customer, value=article)

    def close(self) -> None:
        left = self._producer.flush(PATIENCE_S)
        if left:
            raise RuntimeError(f"{left} orders were not announced")


class Billing:
    """Bills orders, as one member of a group."""

    def __init__(self, bootstrap: str, topic: str, group: str) -> None:
        self.billed: list[tuple[str, str]] = []
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
            }
        )
        self._consumer.subscribe([topic])

    @property
    def share(self) -> set[int]:
        """The partitions that this member reads."""
        return {it.partition for it in self._consumer.assignment()}

    def work(self, patience_s: float = PATIENCE_S) -> bool:
        """Bill the next order; False if none comes in time."""
        message = self._consumer.poll(patience_s)
        if message is None:
            return False
        if message.error():
            raise RuntimeError(message.error())
        self.billed.append((message.key().decode(), message.value().decode()))
        self._consumer.commit(message, asynchronous=False)
        return True

    def close(self) -> None:
        self._consumer.close()

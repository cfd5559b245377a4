import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Transactions, for 0.11 and later. */
final class Transactions {
    private Transactions() {}

    /** Ends one transaction after the other; a rival fences the producer in the end. */
    static JsonObject transact(JsonObject job) {
        JsonObject answer = new JsonObject();
        try (KafkaProducer<byte[], byte[]> producer = producer(job)) {
            for (JsonElement each : job.getAsJsonArray("steps")) {
                JsonObject step = each.getAsJsonObject();
                begin(producer, job, step.get("records"));
                if (step.get("commit").getAsBoolean()) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
            begin(producer, job, job.get("rivalled"));
            answer.add("fenced", fence(producer, job));
        }
        return answer;
    }

    private static JsonElement fence(KafkaProducer<byte[], byte[]> producer, JsonObject job) {
        try (KafkaProducer<byte[], byte[]> rival = producer(job)) {
            producer.commitTransaction();
        } catch (KafkaException reason) {
            return new JsonPrimitive(reason.getClass().getSimpleName());
        }
        return JsonNull.INSTANCE;
    }

    private static void begin(KafkaProducer<byte[], byte[]> producer, JsonObject job, JsonElement records) {
        producer.beginTransaction();
        for (JsonElement each : records.getAsJsonArray()) {
            byte[] value = Line.decoded(each.getAsJsonObject().get("value"));
            producer.send(new ProducerRecord<>(
                    job.get("topic").getAsString(), job.get("partition").getAsInt(), null, value));
        }
        producer.flush();
    }

    /** Copies records in transactions that also commit how far they were read. */
    static JsonObject relay(JsonObject job) {
        String to = job.get("to").getAsString();
        int count = job.get("count").getAsInt();
        int relayed = 0;
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(job.get("seconds").getAsLong());
        try (KafkaProducer<byte[], byte[]> producer = producer(job);
                KafkaConsumer<byte[], byte[]> consumer = consumer(job)) {
            consumer.subscribe(List.of(job.get("topic").getAsString()));
            while (relayed < count && System.nanoTime() < limit) {
                Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> each : Api.poll(consumer, 100)) {
                    if (positions.isEmpty()) {
                        producer.beginTransaction();
                    }
                    producer.send(new ProducerRecord<>(to, each.partition(), null, each.value()));
                    positions.put(
                            new TopicPartition(each.topic(), each.partition()),
                            new OffsetAndMetadata(each.offset() + 1));
                    relayed++;
                }
                if (!positions.isEmpty()) {
                    Api.sendOffsets(producer, consumer, positions, job.get("group").getAsString());
                    producer.commitTransaction();
                }
            }
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("relayed", relayed);
        return answer;
    }

    /** Returns a producer that has fenced all others of its transactional id. */
    private static KafkaProducer<byte[], byte[]> producer(JsonObject job) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", job.get("bootstrap").getAsString());
        settings.put("transactional.id", job.get("id").getAsString());
        settings.put("enable.idempotence", "true");
        settings.put("acks", "all");
        settings.put("retries", "100000");
        settings.put("retry.backoff.ms", "50");
        settings.put("reconnect.backoff.max.ms", "200");
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(JsonObject job) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", job.get("bootstrap").getAsString());
        settings.put("group.id", job.get("group").getAsString());
        if (!job.get("instance").isJsonNull()) {
            settings.put("group.instance.id", job.get("instance").getAsString());
        }
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("session.timeout.ms", job.get("session_ms").getAsString());
        settings.put("heartbeat.interval.ms", job.get("heartbeat_ms").getAsString());
        settings.put("fetch.max.wait.ms", "100");
        settings.put("reconnect.backoff.max.ms", "200");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}

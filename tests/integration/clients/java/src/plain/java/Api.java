import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What differs between releases, for 0.10: no headers, no idempotence, no group metadata. */
final class Api {
    private Api() {}

    static void idempotent(Properties settings, boolean wanted) {
        if (wanted) {
            throw new IllegalArgumentException("idempotence came with 0.11");
        }
    }

    static ProducerRecord<byte[], byte[]> toSend(JsonObject job, JsonObject record) {
        if (record.getAsJsonArray("headers").size() > 0) {
            throw new IllegalArgumentException("headers came with 0.11");
        }
        return new ProducerRecord<>(
                job.get("topic").getAsString(),
                job.get("partition").getAsInt(),
                record.get("timestamp").getAsLong(),
                Line.decoded(record.get("key")),
                Line.decoded(record.get("value")));
    }

    static JsonObject asLine(ConsumerRecord<byte[], byte[]> read) {
        return Line.consumed(read.offset(), read.timestamp(), read.key(), read.value(), new JsonArray());
    }

    static Iterable<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> consumer, int ms) {
        return consumer.poll(ms);
    }

    /** It does not tell which member it is. */
    static void identify(KafkaConsumer<byte[], byte[]> consumer, JsonObject told) {
        told.add("member", JsonNull.INSTANCE);
        told.add("generation", JsonNull.INSTANCE);
    }

    /** It closes without a word about its partitions. */
    static void beforeClose(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
        listener.onPartitionsRevoked(consumer.assignment());
    }
}

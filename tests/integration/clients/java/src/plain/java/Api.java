import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What differs between releases, for 0.10: no headers, no idempotence. */
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
}

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** What differs between releases, for 2.5 and later. */
final class Api {
    private Api() {}

    static void idempotent(Properties settings, boolean wanted) {
        settings.put("enable.idempotence", Boolean.toString(wanted));
    }

    static ProducerRecord<byte[], byte[]> toSend(JsonObject job, JsonObject record) {
        List<Header> headers = new ArrayList<>();
        for (JsonElement pair : record.getAsJsonArray("headers")) {
            JsonArray parts = pair.getAsJsonArray();
            headers.add(new RecordHeader(parts.get(0).getAsString(), Line.decoded(parts.get(1))));
        }
        return new ProducerRecord<>(
                job.get("topic").getAsString(),
                job.get("partition").getAsInt(),
                record.get("timestamp").getAsLong(),
                Line.decoded(record.get("key")),
                Line.decoded(record.get("value")),
                headers);
    }

    static JsonObject asLine(ConsumerRecord<byte[], byte[]> read) {
        JsonArray headers = new JsonArray();
        for (Header header : read.headers()) {
            headers.add(Line.header(header.key(), header.value()));
        }
        return Line.consumed(read.offset(), read.timestamp(), read.key(), read.value(), headers);
    }

    static Iterable<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> consumer, int ms) {
        return consumer.poll(Duration.ofMillis(ms));
    }

    static void sendOffsets(
            KafkaProducer<byte[], byte[]> producer,
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, OffsetAndMetadata> positions,
            String group) {
        producer.sendOffsetsToTransaction(positions, consumer.groupMetadata());
    }

    static void identify(KafkaConsumer<byte[], byte[]> consumer, JsonObject told) {
        ConsumerGroupMetadata metadata = consumer.groupMetadata();
        told.addProperty("member", metadata.memberId());
        told.addProperty("generation", metadata.generationId());
    }

    /** It tells of its partitions when it is closed. */
    static void beforeClose(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {}
}

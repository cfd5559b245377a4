import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** kafka-clients, driven by lines. */
public final class Program {
    private Program() {}

    private static JsonObject produce(JsonObject job) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", job.get("bootstrap").getAsString());
        settings.put("compression.type", job.get("codec").getAsString());
        settings.put("acks", job.get("acks").getAsString());
        settings.put("linger.ms", "5");
        settings.put("max.in.flight.requests.per.connection", "1");
        Api.idempotent(settings, job.get("idempotent").getAsBoolean());
        JsonArray offsets = new JsonArray();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (JsonElement record : job.getAsJsonArray("records")) {
                sent.add(producer.send(Api.toSend(job, record.getAsJsonObject())));
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                offsets.add(each.get(job.get("seconds").getAsLong(), TimeUnit.SECONDS).offset());
            }
        }
        return answer("offsets", offsets);
    }

    private static JsonObject consume(JsonObject job) throws Exception {
        TopicPartition partition =
                new TopicPartition(job.get("topic").getAsString(), job.get("partition").getAsInt());
        int count = job.get("count").getAsInt();
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(job.get("seconds").getAsLong());
        JsonArray records = new JsonArray();
        try (KafkaConsumer<byte[], byte[]> consumer = reader(job)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, job.get("offset").getAsLong());
            while (records.size() < count && System.nanoTime() < limit) {
                for (ConsumerRecord<byte[], byte[]> each : Api.poll(consumer, 200)) {
                    if (records.size() < count) {
                        records.add(Api.asLine(each));
                    }
                }
            }
        }
        return answer("records", records);
    }

    private static KafkaConsumer<byte[], byte[]> reader(JsonObject job) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", job.get("bootstrap").getAsString());
        settings.put("isolation.level", job.get("isolation").getAsString());
        settings.put("enable.auto.commit", "false");
        settings.put("fetch.max.wait.ms", "200");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static JsonObject answer(String name, JsonArray content) {
        JsonObject answer = new JsonObject();
        answer.add(name, content);
        return answer;
    }

    /** Answers jobs from stdin until it ends. */
    public static void main(String[] arguments) throws Exception {
        Jobs jobs = new Jobs();
        for (JsonObject job = jobs.take(); ; job = jobs.take()) {
            switch (job.get("do").getAsString()) {
                case "produce":
                    Jobs.say(produce(job));
                    break;
                case "consume":
                    Jobs.say(consume(job));
                    break;
                case "transact":
                    Jobs.say(Transactions.transact(job));
                    break;
                case "relay":
                    Jobs.say(Transactions.relay(job));
                    break;
                default:
                    new Member(job).takePart(jobs);
            }
        }
    }
}

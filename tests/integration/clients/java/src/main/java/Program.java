import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** kafka-clients, driven by lines. */
public final class Program {
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

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
        String bootstrap = job.get("bootstrap").getAsString();
        TopicPartition partition =
                new TopicPartition(job.get("topic").getAsString(), job.get("partition").getAsInt());
        int count = job.get("count").getAsInt();
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(job.get("seconds").getAsLong());
        JsonArray records = new JsonArray();
        try (Reader reader = new Reader(bootstrap, partition, job.get("offset").getAsLong())) {
            while (records.size() < count && System.nanoTime() < limit) {
                for (ConsumerRecord<byte[], byte[]> each : reader.poll()) {
                    if (records.size() < count) {
                        records.add(Api.asLine(each));
                    }
                }
            }
        }
        return answer("records", records);
    }

    private static JsonObject answer(String name, JsonArray content) {
        JsonObject answer = new JsonObject();
        answer.add(name, content);
        return answer;
    }

    /** Answers jobs from stdin until it ends. */
    public static void main(String[] arguments) throws Exception {
        BufferedReader jobs =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
            JsonObject job = JsonParser.parseString(line).getAsJsonObject();
            boolean produces = job.get("do").getAsString().equals("produce");
            System.out.println(GSON.toJson(produces ? produce(job) : consume(job)));
            System.out.flush();
        }
    }
}

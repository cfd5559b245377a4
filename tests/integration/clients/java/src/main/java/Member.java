import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a group: it is told of its partitions while it polls. */
final class Member implements ConsumerRebalanceListener {
    private static final int POLL_MS = 100;
    private static final Map<String, String> ASSIGNORS =
            Map.of(
                    "range", "org.apache.kafka.clients.consumer.RangeAssignor",
                    "roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor",
                    "sticky", "org.apache.kafka.clients.consumer.StickyAssignor",
                    "cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final boolean commitsOnRevocation;
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    Member(JsonObject job) {
        commitsOnRevocation = job.get("commits").getAsString().equals("revoked");
        consumer =
                new KafkaConsumer<>(
                        settings(job), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(strings(job, "topics"), this);
    }

    private static Properties settings(JsonObject job) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", job.get("bootstrap").getAsString());
        settings.put("group.id", job.get("group").getAsString());
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("fetch.max.wait.ms", "100");
        settings.put("reconnect.backoff.max.ms", "200");
        if (!job.get("instance").isJsonNull()) {
            settings.put("group.instance.id", job.get("instance").getAsString());
        }
        if (job.get("protocol").getAsString().equals("consumer")) {
            settings.put("group.protocol", "consumer");
            settings.put("group.remote.assignor", strings(job, "assignors").get(0));
            return settings;
        }
        List<String> assignors = new ArrayList<>();
        strings(job, "assignors").forEach(name -> assignors.add(ASSIGNORS.get(name)));
        settings.put("partition.assignment.strategy", assignors);
        settings.put("session.timeout.ms", job.get("session_ms").getAsString());
        settings.put("heartbeat.interval.ms", job.get("heartbeat_ms").getAsString());
        return settings;
    }

    private static List<String> strings(JsonObject job, String name) {
        List<String> found = new ArrayList<>();
        job.getAsJsonArray(name).forEach(each -> found.add(each.getAsString()));
        return found;
    }

    /** Is a member until told to leave. */
    void takePart(Jobs jobs) {
        JsonObject job = jobs.look();
        while (job == null || !job.get("do").getAsString().equals("leave")) {
            if (job != null) {
                commitAll();
                JsonObject told = new JsonObject();
                told.add("committed", listOf(positions));
                tell("committed", told);
            }
            tellRecords(Api.poll(consumer, POLL_MS));
            job = jobs.look();
        }
        Api.beforeClose(consumer, this);
        consumer.close();
        tell("left", new JsonObject());
    }

    /** Commits all positions; while the group rebalances, that has to wait for its end. */
    private void commitAll() {
        for (boolean done = false; !done; ) {
            try {
                commit(positions);
                done = true;
            } catch (RebalanceInProgressException again) {
                tellRecords(Api.poll(consumer, POLL_MS));
            }
        }
    }

    private void tellRecords(Iterable<ConsumerRecord<byte[], byte[]>> read) {
        JsonArray records = new JsonArray();
        for (ConsumerRecord<byte[], byte[]> each : read) {
            JsonObject record = new JsonObject();
            record.addProperty("topic", each.topic());
            record.addProperty("partition", each.partition());
            record.addProperty("offset", each.offset());
            record.add("value", Line.encoded(each.value()));
            records.add(record);
            positions.put(new TopicPartition(each.topic(), each.partition()), each.offset() + 1);
        }
        if (records.size() > 0) {
            JsonObject told = new JsonObject();
            told.add("records", records);
            Api.identify(consumer, told);
            tell("records", told);
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> places) {
        tellPlaces("assigned", places, Map.of());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> places) {
        Map<TopicPartition, Long> committed = new HashMap<>(positions);
        committed.keySet().retainAll(commitsOnRevocation ? places : List.of());
        commit(committed);
        tellPlaces("revoked", places, committed);
        positions.keySet().removeAll(places);
    }

    /** Overrides from 2.4 on; older consumers never call it. */
    public void onPartitionsLost(Collection<TopicPartition> places) {
        tellPlaces("lost", places, Map.of());
        positions.keySet().removeAll(places);
    }

    private void commit(Map<TopicPartition, Long> wanted) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        wanted.forEach((place, at) -> offsets.put(place, new OffsetAndMetadata(at)));
        if (!offsets.isEmpty()) {
            consumer.commitSync(offsets);
        }
    }

    private void tellPlaces(
            String event, Collection<TopicPartition> places, Map<TopicPartition, Long> committed) {
        JsonArray partitions = new JsonArray();
        places.forEach(place -> partitions.add(pair(place)));
        JsonObject told = new JsonObject();
        told.add("partitions", partitions);
        told.add("committed", listOf(committed));
        Api.identify(consumer, told);
        tell(event, told);
    }

    private static JsonArray pair(TopicPartition place) {
        JsonArray pair = new JsonArray();
        pair.add(new JsonPrimitive(place.topic()));
        pair.add(new JsonPrimitive(place.partition()));
        return pair;
    }

    private static JsonElement listOf(Map<TopicPartition, Long> positions) {
        JsonArray list = new JsonArray();
        positions.forEach(
                (place, at) -> {
                    JsonArray triple = pair(place);
                    triple.add(new JsonPrimitive(at));
                    list.add(triple);
                });
        return list;
    }

    private static void tell(String event, JsonObject told) {
        Instant now = Instant.now();
        told.addProperty("event", event);
        told.addProperty("at", now.getEpochSecond() + now.getNano() / 1e9);
        Jobs.say(told);
    }
}

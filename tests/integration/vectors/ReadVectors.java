// Reads exported vectors with Apache Kafka's own classes, and says what differs.
//
//     java -cp 'LIBS/*' ReadVectors.java FOLDER
//
// Prints one line for each vector that differs, then "AGREED of COMPARED agree, UNKNOWN
// unknown": of the last this release has no class, or no such version.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;

public class ReadVectors {
    static final ObjectMapper JSON = new ObjectMapper();
    static final List<String> PACKAGES = List.of(
        "org.apache.kafka.common.message.",
        "org.apache.kafka.coordinator.group.generated.",
        "org.apache.kafka.coordinator.transaction.generated.");
    static final List<String> RECORDS = List.of("records", "recordsSizeInBytes",
        "unalignedRecords", "unalignedRecordsSizeInBytes");
    static int agreed, compared, unknown;

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        for (String file : (Iterable<String>) names(folder)::iterator) {
            for (String line : Files.readAllLines(folder.resolve(file))) {
                JsonNode vector = JSON.readTree(line);
                String problem = vector.has("kind") ? ofRecords(vector) : ofMessage(vector);
                if (problem == null) {
                    unknown++;
                    continue;
                }
                compared++;
                agreed += problem.isEmpty() ? 1 : 0;
                if (!problem.isEmpty()) {
                    System.out.println(told(vector) + ": " + problem);
                }
            }
        }
        System.out.println(agreed + " of " + compared + " agree, " + unknown + " unknown");
    }

    static java.util.stream.Stream<String> names(Path folder) throws Exception {
        JsonNode files = JSON.readTree(folder.resolve("manifest.json").toFile()).get("files");
        Iterable<String> all = files::fieldNames;
        return java.util.stream.StreamSupport.stream(all.spliterator(), false);
    }

    static String told(JsonNode vector) {
        String name = vector.path("name").asText(vector.path("kind").asText());
        String what = vector.path("variant").asText(vector.path("compression").asText());
        return name + " v" + vector.path("version").asText("-") + " " + what + " "
            + vector.path("why").asText();
    }

    static byte[] bytes(JsonNode vector) {
        return HexFormat.of().parseHex(vector.get("hex").asText());
    }

    // --- messages ---------------------------------------------------------------------

    static Class<?> classOf(String name) {
        for (String each : PACKAGES) {
            for (String end : List.of("Data", "")) {
                try {
                    return Class.forName(each + name + end);
                } catch (ClassNotFoundException tryNext) {
                    continue;
                }
            }
        }
        return null;
    }

    static String ofMessage(JsonNode vector) throws Exception {
        Class<?> kind = classOf(vector.get("name").asText());
        short version = (short) vector.get("version").asInt();
        if (kind == null) {
            return null;
        }
        ApiMessage message = (ApiMessage) kind.getDeclaredConstructor().newInstance();
        if (version < message.lowestSupportedVersion()
            || version > message.highestSupportedVersion()) {
            return null;
        }
        byte[] body = bytes(vector);
        boolean isRefused = vector.path("refused").asBoolean();
        ByteBuffer buffer = ByteBuffer.wrap(body);
        try {
            message.read(new ByteBufferAccessor(buffer), version);
        } catch (RuntimeException refusal) {
            return isRefused ? "" : "refused: " + refusal;
        }
        if (isRefused) {
            return "read, " + buffer.remaining() + " bytes are left";
        }
        if (buffer.hasRemaining()) {
            return buffer.remaining() + " bytes are left";
        }
        if (!Arrays.equals(written(message, version), body)) {
            return "written otherwise";
        }
        JsonNode ours = JSON.readTree(shown(kind, message, version).toString());
        JsonNode theirs = vector.get("json");
        withoutRecords(ours);
        withoutRecords(theirs);
        return ours.equals(theirs) ? "" : "means " + ours + ", not " + theirs;
    }

    static byte[] written(ApiMessage message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer out = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(out), cache, version);
        return out.array();
    }

    static JsonNode shown(Class<?> kind, ApiMessage message, short version) throws Exception {
        return (JsonNode) Class.forName(kind.getName() + "JsonConverter")
            .getMethod("write", kind, short.class).invoke(null, message, version);
    }

    // Apache's converter shows the size of records, not the records.
    static void withoutRecords(JsonNode node) {
        if (node instanceof ObjectNode) {
            ((ObjectNode) node).remove(RECORDS);
        }
        node.forEach(ReadVectors::withoutRecords);
    }

    // --- records ----------------------------------------------------------------------

    static String ofRecords(JsonNode vector) {
        boolean isRefused = vector.get("kind").asText().equals("refused");
        byte[] data = bytes(vector);
        StringBuilder found = new StringBuilder();
        int size = 0;
        try {
            MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(data));
            for (MutableRecordBatch batch : records.batches()) {
                batch.ensureValid();
                size += batch.sizeInBytes();
                for (Record record : batch) {
                    found.append(record.offset()).append(' ').append(record.timestamp());
                    found.append(' ').append(hex(record.key()));
                    found.append(' ').append(hex(record.value())).append('\n');
                }
            }
        } catch (RuntimeException refusal) {
            return isRefused ? "" : "refused: " + refusal;
        }
        if (isRefused) {
            return size < data.length ? "" : "read";
        }
        boolean isAppended = vector.get("timestampType").asText().equals("LogAppendTime");
        StringBuilder expected = new StringBuilder();
        for (JsonNode record : vector.get("input")) {
            long time = (isAppended ? vector.get("logAppendTime") : record.get("timestamp")).asLong();
            expected.append(record.get("offset").asLong()).append(' ').append(time);
            expected.append(' ').append(record.get("key").asText());
            expected.append(' ').append(record.get("value").asText()).append('\n');
        }
        return found.toString().equals(expected.toString()) ? "" : found + "not " + expected;
    }

    static String hex(ByteBuffer data) {
        if (data == null) {
            return "null";
        }
        byte[] copy = new byte[data.remaining()];
        data.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }
}

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Base64;

/** The form of a record in a line: keys and values as base64 or null. */
final class Line {
    private Line() {}

    static JsonElement encoded(byte[] data) {
        return data == null
                ? JsonNull.INSTANCE
                : new JsonPrimitive(Base64.getEncoder().encodeToString(data));
    }

    static byte[] decoded(JsonElement text) {
        return text.isJsonNull() ? null : Base64.getDecoder().decode(text.getAsString());
    }

    static JsonArray header(String name, byte[] value) {
        JsonArray pair = new JsonArray();
        pair.add(name);
        pair.add(encoded(value));
        return pair;
    }

    static JsonObject consumed(long offset, long timestamp, byte[] key, byte[] value, JsonArray headers) {
        JsonObject record = new JsonObject();
        record.addProperty("offset", offset);
        record.addProperty("timestamp", timestamp);
        record.add("key", encoded(key));
        record.add("value", encoded(value));
        record.add("headers", headers);
        return record;
    }
}

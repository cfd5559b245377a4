import com.google.gson.JsonObject;

/** Transactions, which came with 0.11. */
final class Transactions {
    private Transactions() {}

    static JsonObject transact(JsonObject job) {
        throw new IllegalArgumentException("transactions came with 0.11");
    }

    static JsonObject relay(JsonObject job) {
        throw new IllegalArgumentException("transactions came with 0.11");
    }
}

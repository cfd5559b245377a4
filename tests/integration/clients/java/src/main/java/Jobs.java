import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;

/** The jobs of stdin, read by a thread so that a member can look for one. */
final class Jobs {
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    private final LinkedBlockingQueue<JsonObject> queue = new LinkedBlockingQueue<>();

    Jobs() {
        Thread reader = new Thread(this::read, "jobs");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                queue.add(JsonParser.parseString(line).getAsJsonObject());
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        System.exit(0);
    }

    /** Waits for the next job. */
    JsonObject take() throws InterruptedException {
        return queue.take();
    }

    /** Returns the next job, or null if it is not there. */
    JsonObject look() {
        return queue.poll();
    }

    /** Writes one line, at once. */
    static synchronized void say(JsonObject answer) {
        System.out.println(GSON.toJson(answer));
        System.out.flush();
    }
}

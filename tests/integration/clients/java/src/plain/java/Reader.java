import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.consumer.internals.ConsumerNetworkClient;
import org.apache.kafka.clients.consumer.internals.Fetcher;
import org.apache.kafka.clients.consumer.internals.SubscriptionState;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.SystemTime;
import org.apache.kafka.common.utils.Time;

/**
 * Reads one partition by assignment. The public consumer of 0.10 looks for a group coordinator
 * even then, for ever if there is none; so this puts together the parts it is made of.
 */
final class Reader implements AutoCloseable {
    private static final int FETCH_BYTES = 10 * 1024 * 1024;
    private static final int WAIT_MS = 200;

    private final Metrics metrics = new Metrics();
    private final TopicPartition partition;
    private final ConsumerNetworkClient network;
    private final Fetcher<byte[], byte[]> fetcher;

    Reader(String bootstrap, TopicPartition partition, long offset) {
        this.partition = partition;
        Time time = new SystemTime();
        Metadata metadata = new Metadata(10, 300_000);
        metadata.update(Cluster.bootstrap(ClientUtils.parseAndValidateAddresses(List.of(bootstrap))), 0);
        metadata.setTopics(List.of(partition.topic()));
        network = new ConsumerNetworkClient(client(metadata, time), metadata, time, 10, 30_000);
        SubscriptionState position = new SubscriptionState(OffsetResetStrategy.NONE);
        position.assignFromUser(List.of(partition));
        position.seek(partition, offset);
        fetcher =
                new Fetcher<>(
                        network, 1, WAIT_MS, FETCH_BYTES, Integer.MAX_VALUE, true,
                        new ByteArrayDeserializer(), new ByteArrayDeserializer(),
                        metadata, position, metrics, "reader", time, 10);
    }

    private NetworkClient client(Metadata metadata, Time time) {
        Map<String, String> plaintext = Map.of("security.protocol", "PLAINTEXT");
        Selector selector =
                new Selector(60_000, metrics, time, "reader", ClientUtils.createChannelBuilder(plaintext));
        return new NetworkClient(selector, metadata, "reader", 100, 50, 1 << 17, 1 << 16, 30_000, time);
    }

    Iterable<ConsumerRecord<byte[], byte[]>> poll() {
        fetcher.sendFetches();
        network.poll(WAIT_MS);
        return fetcher.fetchedRecords().getOrDefault(partition, List.of());
    }

    @Override
    public void close() throws IOException {
        network.close();
        metrics.close();
    }
}

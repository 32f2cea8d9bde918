import com.sun.management.OperatingSystemMXBean;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Confluent's Parallel Consumer in KEY order over one topic: brokers, topic, group, events, concurrency, and the
 * longest wait of the handler in milliseconds. Prints how many milliseconds it took from the first event handled to the
 * last, and the CPU time of the process meanwhile.
 */
public final class Peer {
  public static void main(String[] args) throws Exception {
    String group = args[2];
    long events = Long.parseLong(args[3]);
    int concurrency = Integer.parseInt(args[4]);
    int maxWaitMs = Integer.parseInt(args[5]);

    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[0]);
    properties.put("group.id", group);
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties);

    ParallelStreamProcessor<byte[], byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(
        ParallelConsumerOptions.<byte[], byte[]>builder()
            .ordering(ProcessingOrder.KEY)
            .maxConcurrency(concurrency)
            .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
            .consumer(consumer)
            .build());
    processor.subscribe(List.of(args[1]));

    OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    AtomicLong first = new AtomicLong();
    AtomicLong cpuAtFirst = new AtomicLong();
    AtomicLong handled = new AtomicLong();
    CountDownLatch finished = new CountDownLatch(1);
    processor.poll(context -> {
      if (first.compareAndSet(0, System.nanoTime())) cpuAtFirst.set(system.getProcessCpuTime());
      if (maxWaitMs > 0) {
        try {
          TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(maxWaitMs * 1_000_000L));
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
      }
      if (handled.incrementAndGet() == events) finished.countDown();
    });
    finished.await();
    long ms = Duration.ofNanos(System.nanoTime() - first.get()).toMillis();
    System.out.println(ms + " " + Duration.ofNanos(system.getProcessCpuTime() - cpuAtFirst.get()).toMillis());
    processor.closeDontDrainFirst();
    System.exit(0);
  }
}

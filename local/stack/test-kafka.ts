import { type Stack, type StackOptions, startStack } from './stack.ts';
import { testStack } from './test-stack.ts';

/**
 * Kafka and Redis of a test's own, with the registry that the tests of this run share: its schemas are the same for all,
 * and another one takes 6 s of CPU time to start.
 */
export async function startTestKafka(
  options: Pick<StackOptions, 'directory' | 'brokers' | 'advertise'>,
): Promise<Stack> {
  const { registryUrl } = testStack();
  return { ...(await startStack({ ...options, ports: 'free', parts: ['kafka', 'redis'], brief: true })), registryUrl };
}

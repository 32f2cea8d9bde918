import { UnavailableError } from '@switchboard/kafka';

/** Waits for Redis: whatever keeps it from answering pauses the service, and costs no event a try. */
export async function redisReply<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    // A mistake in a script of ours; Redis is well.
    if (error instanceof Error && error.name === 'ReplyError' && error.message.startsWith('ERR')) throw error;
    throw new UnavailableError('redis', { cause: error });
  }
}

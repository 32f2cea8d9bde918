import { isMistake } from '@switchboard/service';
import { UnavailableError } from '../handler.ts';

/** For handlers that ask Redis: whatever keeps it from answering pauses the service, and costs no event a try. */
export async function redisReply<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (isMistake(error)) throw error;
    throw new UnavailableError('redis', { cause: error });
  }
}

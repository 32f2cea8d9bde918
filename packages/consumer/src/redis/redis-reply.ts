import { isMistake } from '@switchboard/service';
import { UnavailableError } from '../handler.ts';

/** For handlers that use Redis: if Redis cannot answer, the service pauses and the event spends no attempt. */
export async function redisReply<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (isMistake(error)) throw error;
    throw new UnavailableError('redis', { cause: error });
  }
}

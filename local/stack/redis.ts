import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { PartProcess } from './process.ts';

export interface RedisSettings {
  /** The redis-server binary. */
  command: string;
  directory: string;
  port: number;
}

/** Redis with an append-only file and no eviction, so that it loses no data. */
export function prepareRedis({ command, directory, port }: RedisSettings): PartProcess {
  const home = join(directory, 'redis');
  mkdirSync(home, { recursive: true });
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: home,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    save: '',
  };
  return {
    name: 'Redis',
    file: 'redis',
    port,
    directory: home,
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    answers: () => redisAnswers(port),
  };
}

/** True if Redis answers PING on this port. */
export function redisAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 }, () => socket.write('PING\r\n'));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (bytes) => finish(bytes.toString().startsWith('+PONG')));
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => finish(false));
  });
}

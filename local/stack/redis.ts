import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { PartProcess } from './process.ts';

export interface RedisSettings {
  /** The redis-server binary. */
  command: string;
  directory: string;
  port: number;
  /** Clients then need the user `switchboard` and its password. */
  password?: string | undefined;
  /** Others than those below. */
  settings?: Readonly<Record<string, string>>;
}

/** The ACL user of a secured Redis. */
export const REDIS_USER = 'switchboard';

/** Redis with an append-only file and no eviction, so that it loses no data. */
export function prepareRedis({ command, directory, port, password, settings = {} }: RedisSettings): PartProcess {
  const home = join(directory, 'redis');
  mkdirSync(home, { recursive: true });
  const all = {
    port: String(port),
    bind: '127.0.0.1',
    dir: home,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    save: '',
    ...settings,
  };
  return {
    name: 'Redis',
    file: 'redis',
    port,
    directory: home,
    command,
    args: [...(password === undefined ? [] : [usersFile(home, password)]), ...argumentsOf(all)],
    answers: () => redisAnswers(port, password !== undefined),
  };
}

const argumentsOf = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);

/** A configuration file, since arguments are visible to every user of the machine. */
function usersFile(home: string, password: string): string {
  const path = join(home, 'users.conf');
  const lines = ['user default off', `user ${REDIS_USER} on >${password} ~* &* +@all -@admin`];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

/** True if Redis answers PING on this port; if it is secured, also by asking for a password. */
export function redisAnswers(port: number, secured = false): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 }, () => socket.write('PING\r\n'));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (bytes) => finish((secured ? /^(\+PONG|-NOAUTH)/ : /^\+PONG/).test(bytes.toString())));
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => finish(false));
  });
}

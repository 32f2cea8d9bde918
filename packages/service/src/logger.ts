import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Names under which personal data and secrets travel. Ids are not among them: an operator needs those. */
const PRIVATE = [
  'apiKey',
  'authorization',
  'body',
  'content',
  'cookie',
  'customer',
  'email',
  'password',
  'payload',
  'phone',
  'secret',
  'signature',
  'summary',
  'text',
  'token',
  'transcript',
  'x-webhook-signature',
];

const redactedPaths = PRIVATE.flatMap((name) => {
  const key = `["${name}"]`;
  return [key, `*${key}`, `*.*${key}`, `*.*.*${key}`];
});

/** ioredis adds the failed command to its errors, and AUTH has a password. */
const COMMAND = 'err.command.args';

/** JSON lines on standard output; values under a private name are replaced, up to three levels deep. */
export function createLogger(name: string, level = 'info', destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...redactedPaths, COMMAND], censor: '[redacted]' },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

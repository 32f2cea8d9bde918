import { join } from 'node:path';
import { environment, readConfig } from '@switchboard/service';
import Type, { type Static } from 'typebox';
import { portVariable, type Service, sandbox, services } from './services.ts';

const root = join(import.meta.dirname, '..');

/** For development only, like the local secret. */
export const LOCAL_RESUBMIT_SECRET = 'local-resubmit-secret';
const LOCAL_STANDARD_WEBHOOKS_SECRET = 'whsec_bG9jYWwtc2VjcmV0LWxvY2FsLXNlY3JldC0xMjM0';
const LOCAL_API_KEY = 'sb_local_6c6f63616c2d6b65792d666f722d646576656c6f706d656e_467749f2';

const schema = Type.Object({
  LOCAL_DIRECTORY: Type.String({ default: join(root, '.local'), description: 'where data and logs are kept' }),
  LOCAL_SECRET: Type.String({ default: 'local-secret', description: 'what the local sources sign with' }),
  LOCAL_STANDARD_WEBHOOKS_SECRET: Type.String({
    default: LOCAL_STANDARD_WEBHOOKS_SECRET,
    description: 'what the local source standard-webhooks signs with',
  }),
  LOCAL_API_KEY: Type.String({ default: LOCAL_API_KEY, description: 'the key of the local client of /v1/events' }),
  PUBLIC_URL: Type.Optional(
    Type.String({ pattern: '^https?://[^?#]+$', description: 'where vendors reach ingest; default this machine' }),
  ),
  RESUBMIT_SECRET: Type.String({
    minLength: 16,
    default: LOCAL_RESUBMIT_SECRET,
    description: 'what `ops quarantine resubmit` signs with',
  }),
  SOURCES_FILE: Type.String({ default: join(root, 'local/sources.yaml'), description: 'the sources of ingest' }),
  ACTIONS: Type.String({ default: join(root, 'local/actions.yaml'), description: 'the actions, a file or a folder' }),
  CALLERS_FILE: Type.String({
    default: join(root, 'local/callers.yaml'),
    description: 'who may call actions and flows',
  }),
  RECIPIENTS_FILE: Type.String({
    default: join(root, 'local/recipients.yaml'),
    description: 'who is notified of which event',
  }),
  TOPIC_PARTITIONS: Type.Integer({ minimum: 1, default: 6, description: 'of topics that do not exist yet' }),
  TOPIC_REPLICATION: Type.Integer({
    minimum: -1,
    default: -1,
    description: 'of new topics; -1 is the brokers’ default',
  }),
  RETRY_DELAYS: Type.String({
    pattern: '^ *[0-9]+(ms|s|m|h) *(, *[0-9]+(ms|s|m|h) *)*$',
    default: '5s,1m,10m',
    description: 'the delays of the retry topics of the services, as their own RETRY_DELAYS',
  }),
});

const ports = Type.Object({
  SANDBOX_SMTP_PORT: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    default: sandbox.smtpPort,
    description: 'where the sandbox takes mail',
  }),
  ...Object.fromEntries(
    [...services, sandbox].map((service) => [
      portVariable(service),
      Type.Integer({ minimum: 1, maximum: 65_535, default: service.port, description: `the port of ${service.name}` }),
    ]),
  ),
});

export interface DeployConfig extends Static<typeof schema> {
  SANDBOX_SMTP_PORT: number;
  portOf(service: Pick<Service, 'name' | 'port'>): number;
}

/** @throws ConfigError naming every wrong variable */
export function readDeployConfig(variables = environment): DeployConfig {
  const config = readConfig(Type.Object({ ...schema.properties, ...ports.properties }), variables);
  const given = config as unknown as Omit<DeployConfig, 'portOf'> & Readonly<Record<string, number>>;
  return { ...given, portOf: (service) => given[portVariable(service)] ?? service.port };
}

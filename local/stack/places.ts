import { type LocalConfig, readLocalConfig } from './config.ts';
import { LocalStackError } from './error.ts';
import { liveBrokers } from './kafka-probe.ts';
import { freePort, isTaken } from './ports.ts';
import type { Variables } from './programs.ts';
import { redisAnswers } from './redis.ts';
import { registryAnswers, registryUrlOf } from './registry.ts';
import { securedBrokerAnswers } from './secured.ts';

export const ALL_PARTS = ['kafka', 'registry', 'redis'] as const;
export type PartName = (typeof ALL_PARTS)[number];

/** The location of a part of the stack. */
export interface Place {
  /** The address for clients: brokers, or a URL. */
  address: string;
  /** One port, or for Kafka one per broker. */
  ports: readonly number[];
  /** False if the part already answers there, or is not wanted. */
  toStart: boolean;
}

export type Places = Record<PartName, Place>;

export interface PlaceOptions {
  parts: readonly PartName[];
  brokers: 1 | 3;
  advertise: (brokerId: number, port: number) => string;
}

/** Places for a separate stack, on free ports. */
export async function freePlaces(options: PlaceOptions): Promise<Places> {
  const kafka = await Promise.all(Array.from({ length: options.brokers }, freePort));
  return {
    kafka: place('kafka', kafka, options),
    registry: place('registry', [await freePort()], options),
    redis: place('redis', [await freePort()], options),
  };
}

/**
 * Places on the well-known ports, or the user's own servers, by the variables.
 * @throws LocalStackError when another program uses a port
 * @throws ConfigError when a variable is wrong
 */
export async function knownPlaces(options: PlaceOptions, variables: Variables): Promise<Places> {
  const config = readLocalConfig(variables);
  const known = wellKnown(config, options.brokers);
  const titles: Record<PartName, string> = {
    kafka: options.brokers === 3 ? 'Kafka with three brokers' : 'Kafka',
    registry: 'the schema registry',
    redis: 'Redis',
  };
  checkDistinct(askedPorts(known, options.parts));
  const places: Places = {
    kafka: place('kafka', known.kafka.ports, options),
    registry: place('registry', known.registry.ports, options),
    redis: place('redis', known.redis.ports, options),
  };
  for (const name of options.parts) {
    const { own, ports, variable } = known[name];
    if (own !== undefined) places[name] = { address: own, ports: [], toStart: false };
    else if (await answers(name, ports)) places[name] = { ...places[name], toStart: false };
    else await checkFree(ports, variable, titles[name]);
  }
  return places;
}

function place(name: PartName, ports: readonly number[], { parts, advertise }: PlaceOptions): Place {
  if (!parts.includes(name)) return { address: '', ports: [], toStart: false };
  const [port = 0] = ports;
  const addresses: Record<PartName, () => string> = {
    kafka: () => ports.map((port, index) => advertise(index + 1, port)).join(','),
    registry: () => registryUrlOf(port),
    redis: () => `redis://127.0.0.1:${port}`,
  };
  return { address: addresses[name](), ports, toStart: true };
}

/** True if the part answers on all of its ports. */
export async function answers(name: PartName, ports: readonly number[]): Promise<boolean> {
  const answer: Record<PartName, (port: number) => Promise<boolean>> = {
    kafka: async (port) =>
      (await liveBrokers(port)) >= ports.length || (ports.length === 1 && (await securedBrokerAnswers(port))),
    registry: (port) => registryAnswers(registryUrlOf(port)),
    redis: redisAnswers,
  };
  return (await Promise.all(ports.map(answer[name]))).every(Boolean);
}

/** A port, and the variable that changes it. */
export interface AskedPort {
  port: number;
  variable: string;
}

/** The well-known ports of the parts that are not the user's own. */
export const knownPorts = (variables: Variables): AskedPort[] =>
  askedPorts(wellKnown(readLocalConfig(variables), 1), ALL_PARTS);

/** The address at which a part is expected, unless a variable names the user's own. */
interface WellKnown {
  own: string | undefined;
  ports: readonly number[];
  variable: string;
}

const wellKnown = (config: LocalConfig, brokers: number): Record<PartName, WellKnown> => ({
  kafka: {
    own: config.KAFKA_BROKERS,
    ports: Array.from({ length: brokers }, (_, index) => config.KAFKA_PORT + index),
    variable: 'KAFKA_PORT',
  },
  registry: { own: config.SCHEMA_REGISTRY_URL, ports: [config.REGISTRY_PORT], variable: 'REGISTRY_PORT' },
  redis: { own: config.REDIS_URL, ports: [config.REDIS_PORT], variable: 'REDIS_PORT' },
});

const askedPorts = (known: Record<PartName, WellKnown>, parts: readonly PartName[]): AskedPort[] =>
  parts.flatMap((name) => {
    const { own, ports, variable } = known[name];
    if (own !== undefined) return [];
    return ports.map((port, index) => ({
      port,
      variable: index === 0 ? variable : `${variable} (and the ports after it)`,
    }));
  });

/** @throws LocalStackError naming two variables that ask for one port */
export function checkDistinct(asked: readonly AskedPort[]): void {
  for (const [index, { port, variable }] of asked.entries()) {
    const other = asked.slice(0, index).find((earlier) => earlier.port === port);
    if (other === undefined) continue;
    throw new LocalStackError(`Port ${port} is asked for twice, by ${other.variable} and ${variable}: change one.`);
  }
}

async function checkFree(ports: readonly number[], variable: string, title: string): Promise<void> {
  for (const port of ports) {
    if (!(await isTaken(port))) continue;
    throw new LocalStackError(
      `Port ${port} is in use by a program that does not answer as ${title}: stop it, or set ${variable} to a free port.`,
    );
  }
}

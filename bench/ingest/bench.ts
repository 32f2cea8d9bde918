import type { Bench } from '../comparison.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { buildRig } from './rig.ts';
import { throughput } from './throughput.ts';

/** Ingest compared with bare Fastify, with its own app that drops verified events, and with a bare kafkajs `send`. */
export const ingest: Bench = async (context) => {
  const rig = await buildRig(context);
  const comparisons = [
    ...(await throughput(rig, 64, context)),
    ...(await throughput(rig, 256, context)),
    ...(await latency(rig, { rate: 1_000, limits: { bare: 1.5, 'bare kafkajs send': 2 } }, context)),
    ...(await latency(rig, { rate: 5_000, limits: { drop: 3 } }, context)),
    ...(await memory(rig, context)),
  ];
  await rig.printShares();
  const { accepted, stored } = await rig.account();
  if (stored < accepted) throw new Error(`${accepted} events were accepted, but only ${stored} records are in Kafka`);
  context.progress(`${accepted} events were accepted, and ${stored} records are in Kafka`);
  return comparisons;
};

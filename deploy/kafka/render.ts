import type { Principal, Right } from '../rights.ts';

const NOTICE = 'Generated from deploy/rights.ts by `npm run generate`.';

/** The rights as commands of Kafka's own tool. */
export function commands(principals: readonly Principal[]): string {
  const lines = principals.flatMap(({ name, rights }) => [
    '',
    `# ${name}`,
    ...rights.map(
      ({ resource, name: resourceName, pattern, operations }) =>
        `allow ${name} --${resource} ${resourceName} --resource-pattern-type ${pattern} ${operations
          .map((operation) => `--operation ${operation}`)
          .join(' ')}`,
    ),
  ]);
  return `#!/bin/sh
# ${NOTICE}
# Usage: KAFKA_BROKERS=host:9093 sh acls.sh admin.properties
set -eu
allow() {
  principal=$1
  shift
  kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config "$CONFIG" --add --allow-principal "User:$principal" "$@"
}
CONFIG=$1
${lines.join('\n')}
`;
}

/** The rights as users of Strimzi, each with a password of its own. */
export const strimziUsers = (principals: readonly Principal[]): string =>
  `# ${NOTICE}\n${principals.map(strimziUser).join('')}`;

const strimziUser = ({ name, rights }: Principal): string => `---
apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata:
  name: ${name}
  labels:
    strimzi.io/cluster: switchboard
spec:
  authentication:
    type: scram-sha-512
  authorization:
    type: simple
    acls:
${rights.map(strimziRule).join('')}`;

const strimziRule = ({ resource, name, pattern, operations }: Right): string => `      - resource:
          type: ${resource}
          name: ${name}
          patternType: ${pattern === 'prefixed' ? 'prefix' : 'literal'}
        operations: [${operations.join(', ')}]
`;

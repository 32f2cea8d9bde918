import kafkajs from 'kafkajs';
import type { KafkaConnection } from './connection.ts';
import { withAdmin } from './topics.ts';

/** An operation that Kafka allows a principal on a topic or a group, or on all whose names begin with `name`. */
export interface Rule {
  readonly principal: string;
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operation: 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs' | 'AlterConfigs';
}

/** Adds the rules that do not exist. The connection needs Alter on the cluster. */
export function grantRules(connection: KafkaConnection, rules: readonly Rule[]): Promise<void> {
  return withAdmin(connection, async (admin) => {
    await admin.createAcls({ acl: rules.map(aclOf) });
  });
}

const OPERATIONS = {
  Read: kafkajs.AclOperationTypes.READ,
  Write: kafkajs.AclOperationTypes.WRITE,
  Create: kafkajs.AclOperationTypes.CREATE,
  Describe: kafkajs.AclOperationTypes.DESCRIBE,
  DescribeConfigs: kafkajs.AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: kafkajs.AclOperationTypes.ALTER_CONFIGS,
};

const aclOf = ({ principal, resource, name, pattern, operation }: Rule) => ({
  resourceType: resource === 'topic' ? kafkajs.AclResourceTypes.TOPIC : kafkajs.AclResourceTypes.GROUP,
  resourceName: name,
  resourcePatternType:
    pattern === 'prefixed' ? kafkajs.ResourcePatternTypes.PREFIXED : kafkajs.ResourcePatternTypes.LITERAL,
  principal: `User:${principal}`,
  host: '*',
  operation: OPERATIONS[operation],
  permissionType: kafkajs.AclPermissionTypes.ALLOW,
});

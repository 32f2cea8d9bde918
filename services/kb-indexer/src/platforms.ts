import type { ConsumerContext } from '@switchboard/consumer';
import { required } from '@switchboard/service';
import { type Connection, createSystems, type Kinds, openForService, targetOptions } from '@switchboard/systems';
import { DOCUMENT_PATH, type KbIndexerConfig, kbIndexerConfig } from './config.ts';
import type { ArticleIndex } from './index/article-index.ts';
import { createPlatformIndex } from './index/platform-index.ts';

export type PlatformContext = Pick<
  ConsumerContext<KbIndexerConfig>,
  'config' | 'logger' | 'metrics' | 'redis' | 'target' | 'onStop'
>;

/** Where articles of a tenant are indexed. */
export interface IndexOfTenant {
  readonly connection: Pick<Connection, 'name' | 'tenant'>;
  readonly system: ArticleIndex;
}

export const knowledgeKinds = {
  knowledge: {
    platform: {
      settings: {
        documentPath: { description: 'the path for PUT and DELETE of documents, with {id}', pattern: DOCUMENT_PATH },
      },
    },
  },
} satisfies Kinds;

/**
 * Opens the knowledge bases of tenants.
 * @returns those of a tenant
 */
export async function openPlatforms(context: PlatformContext): Promise<(tenant: string) => readonly IndexOfTenant[]> {
  const shared = connectionOfVariables(context.config);
  const connections = await openForService(context, knowledgeKinds, shared && { knowledge: shared });
  const platforms = createSystems({ connections, role: 'knowledge', open: (one) => openPlatform(one, context) });
  context.onStop('platforms', platforms.close);
  return platforms.of;
}

function openPlatform(connection: Connection, { config, redis, target: open }: PlatformContext) {
  const { tenant, name, settings } = connection;
  const target = open(targetOptions(connection));
  const path = settings.documentPath ?? config.PLATFORM_DOCUMENT_PATH;
  return { ...createPlatformIndex({ target, redis, path, scope: tenant && name }), close: target.close };
}

/** The knowledge base of tenants that have none of their own. */
function connectionOfVariables(config: KbIndexerConfig): Connection | undefined {
  if (!config.INDEX.split(',').includes('platform')) return undefined;
  if (config.PLATFORM_URL === undefined && config.CONNECTIONS_FILE !== undefined) return undefined;
  const set = required(kbIndexerConfig, config, 'INDEX=platform', 'PLATFORM_URL', 'PLATFORM_TOKEN');
  const auth = { kind: 'bearer', token: set.PLATFORM_TOKEN } as const;
  const [name, kind] = ['platform', 'platform'];
  return { name, tenant: undefined, role: 'knowledge', kind, url: set.PLATFORM_URL, auth, settings: {} };
}

import type { DeployConfig } from './config.ts';
import { ingest, sandbox } from './services.ts';
import { publicKeyOf, vendorKey } from './vendor-key.ts';

/** Where the sandbox publishes the public half of the vendors' key, as the Bot Framework does. */
export const OPENID_METADATA_PATH = '/bot-framework/openidconfiguration';

/** The variables that local/sources.yaml names. */
export async function localSourceVariables(config: DeployConfig): Promise<Record<string, string>> {
  return {
    LOCAL_SECRET: config.LOCAL_SECRET,
    LOCAL_STANDARD_WEBHOOKS_SECRET: config.LOCAL_STANDARD_WEBHOOKS_SECRET,
    LOCAL_API_KEY: config.LOCAL_API_KEY,
    LOCAL_VENDOR_PUBLIC_KEY: publicKeyOf(await vendorKey(config.LOCAL_DIRECTORY)),
    LOCAL_OPENID_METADATA: `http://127.0.0.1:${config.portOf(sandbox)}${OPENID_METADATA_PATH}`,
    PUBLIC_URL: config.PUBLIC_URL ?? `http://127.0.0.1:${config.portOf(ingest)}`,
  };
}

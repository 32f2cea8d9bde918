import type { ApiDescription } from '@switchboard/service';
import { eventsApi } from '../api/events-api.ts';
import { catalogueApi } from './catalogue-api.ts';
import { webhookApi } from './webhook-api.ts';

/** Every route of ingest, as the published OpenAPI document describes it. Add the description of a new route here. */
export const ingestApi: readonly ApiDescription[] = [webhookApi, eventsApi, catalogueApi];

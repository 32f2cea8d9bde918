import type { ApiDescription } from '@switchboard/service';
import { followsApi } from './follows/follow-api-description.ts';
import { peopleApi } from './people/people-api-description.ts';
import { preferencesApi } from './preferences/preference-api-description.ts';

/** All APIs of the notifier. */
export const notifierApi: readonly ApiDescription[] = [preferencesApi, followsApi, peopleApi];

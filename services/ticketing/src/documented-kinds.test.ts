import { testDocumentedKinds } from '@switchboard/systems/fixtures/documented-kinds';
import { helpdeskKinds } from './kinds.ts';

testDocumentedKinds(helpdeskKinds);
